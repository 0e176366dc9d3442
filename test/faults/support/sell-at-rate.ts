import { setTimeout as pause } from 'node:timers/promises';
import type { PurchaseKind } from './purchases';
import type { FaultShop } from './fault-shop';

const LOAD: readonly PurchaseKind[] = ['card', 'cash', 'card', 'card', 'declined', 'card'];

export interface Rush {
  /** The number of answers since the last call, by kind, such as `cart 503`, `order 201`, `order without an answer`. */
  newAnswers(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** Starts purchases at a steady rate, even if earlier ones have no answer yet. */
export function sellAtRate(faultShop: FaultShop, perSecond: number): Rush {
  let open = true;
  let before: Record<string, number> = {};
  const unfinished = new Set<Promise<unknown>>();
  const selling = (async () => {
    for (let at = 0; open; at++) {
      const one: Promise<unknown> = faultShop.sell([LOAD[at % LOAD.length]]).finally(() => unfinished.delete(one));
      unfinished.add(one);
      await pause(1_000 / perSecond);
    }
  })();
  return {
    newAnswers() {
      const now = Object.fromEntries(faultShop.answers);
      const since = Object.entries(now).map(([what, times]) => [what, times - (before[what] ?? 0)] as const);
      before = now;
      return Object.fromEntries(since.filter(([, times]) => times > 0));
    },
    async stop() {
      open = false;
      await selling;
      await Promise.all(unfinished);
    },
  };
}
