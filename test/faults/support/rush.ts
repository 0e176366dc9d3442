import { setTimeout as pause } from 'node:timers/promises';
import type { Wish } from './crowd';
import type { Stand } from './stand';

const LOAD: readonly Wish[] = ['card', 'cash', 'card', 'card', 'declined', 'card'];

export interface Rush {
  /** What those were told who came since the last reading: `cart 503`, `order 201`, `order without an answer`. */
  told(): Readonly<Record<string, number>>;
  over(): Promise<void>;
}

/** Buyers at a steady rate, whatever becomes of those before them. */
export function rush(stand: Stand, perSecond: number): Rush {
  let open = true;
  let before: Record<string, number> = {};
  const all = new Set<Promise<unknown>>();
  const coming = (async () => {
    for (let at = 0; open; at++) {
      const one: Promise<unknown> = stand.sell([LOAD[at % LOAD.length]]).finally(() => all.delete(one));
      all.add(one);
      await pause(1_000 / perSecond);
    }
  })();
  return {
    told() {
      const now = Object.fromEntries(stand.told);
      const since = Object.entries(now).map(([what, times]) => [what, times - (before[what] ?? 0)] as const);
      before = now;
      return Object.fromEntries(since.filter(([, times]) => times > 0));
    },
    async over() {
      open = false;
      await coming;
      await Promise.all(all);
    },
  };
}
