import { setTimeout as pause } from 'node:timers/promises';
import { undecided } from './books';
import type { Sale, Wish } from './crowd';
import type { Stand } from './stand';
import type { Till } from './street';

const LOAD: readonly Wish[] = ['card', 'declined', 'card', 'cash', 'unanswered', 'card'];

/** Buyers who keep coming, some at a time, until they are told to stop; whoever gets no answer is kept for later. */
export function evening(stand: Stand, everyMs = 250): { readonly over: () => Promise<void> } {
  let open = true;
  const coming = (async () => {
    for (let at = 0; open; at++) {
      await stand.sell([LOAD[at % LOAD.length], LOAD[(at + 1) % LOAD.length]]);
      await pause(everyMs);
    }
  })();
  return {
    over: async () => {
      open = false;
      await coming;
    },
  };
}

/** Milliseconds from a moment until an order that is asked for at a till is confirmed, and everyone can read it. */
export async function untilServed(stand: Stand, till: Till, since: number, patienceMs = 60_000): Promise<number> {
  let sale: Sale | undefined;
  for (const end = since + patienceMs; ; await pause(20)) {
    if (Date.now() > end) throw new Error(`nobody was served within ${patienceMs} ms`);
    if (!sale?.orderId) [sale] = sale ? [sale] : await stand.sell(['cash'], () => till.shop);
    if (sale && !sale.orderId) await stand.attempt(sale, () => till.shop);
    if (sale?.orderId && (await isReadable(stand, sale.orderId))) return Date.now() - since;
  }
}

async function isReadable({ database }: Stand, orderId: string): Promise<boolean> {
  const [row] = await database
    .ofOrders<{ seen: boolean }>(
      `select coalesce(bool_and(c.position >= l.position), false) as seen
       from ordering.order_events e join ordering.order_log l on l.event_id = e.id,
         ordering.projection_checkpoints c join ordering.projection_tables t using (relation)
       where e.order_id = $1 and e.event_type = 'OrderConfirmed' and t.state = 'live'`,
      [orderId],
    )
    .catch(() => [{ seen: false }]);
  return row.seen;
}

/** Repeats what had no answer, and waits until everything is decided; the milliseconds since a moment. */
export async function untilWell(stand: Stand, since: number, patienceMs = 60_000): Promise<number> {
  for (;;) {
    const asked = Date.now();
    const open = stand.sales.filter(({ orderId }) => !orderId);
    await Promise.all(open.map((sale) => stand.attempt(sale)));
    const left = open.some(({ orderId }) => !orderId)
      ? 'orders without an answer'
      : await undecided(stand).catch((error: Error) => error.message);
    if (!left) return Date.now() - since;
    if (Date.now() - since > patienceMs) throw new Error(`not well after ${patienceMs} ms: ${left}`);
    await pause(Math.max(25, 3 * (Date.now() - asked)));
  }
}
