import { setTimeout as pause } from 'node:timers/promises';
import { listUndecided } from './find-faults';
import type { Sale, PurchaseKind } from './purchases';
import type { FaultShop } from './fault-shop';
import type { ShopProcess } from './shop-server';

const KINDS: readonly PurchaseKind[] = ['card', 'declined', 'card', 'cash', 'unanswered', 'card'];

/** Sells two orders at a time, until `stop` is called. `timeUntilRecovered` repeats the orders that got no answer. */
export function sellContinuously(faultShop: FaultShop, everyMs = 250): { readonly stop: () => Promise<void> } {
  let open = true;
  const selling = (async () => {
    for (let at = 0; open; at++) {
      await faultShop.sell([KINDS[at % KINDS.length], KINDS[(at + 1) % KINDS.length]]);
      await pause(everyMs);
    }
  })();
  return {
    stop: async () => {
      open = false;
      await selling;
    },
  };
}

/** Milliseconds from `since` until a new order at `shopProcess` is confirmed, and all read models show this. */
export async function timeUntilServed(
  faultShop: FaultShop,
  shopProcess: ShopProcess,
  since: number,
  patienceMs = 60_000,
): Promise<number> {
  let sale: Sale | undefined;
  for (const end = since + patienceMs; ; await pause(20)) {
    if (Date.now() > end) throw new Error(`no order was confirmed and readable within ${patienceMs} ms`);
    if (!sale?.orderId) [sale] = sale ? [sale] : await faultShop.sell(['cash'], () => shopProcess.shop);
    if (sale && !sale.orderId) await faultShop.attempt(sale, () => shopProcess.shop);
    if (sale?.orderId && (await isReadable(faultShop, sale.orderId))) return Date.now() - since;
  }
}

async function isReadable({ database }: FaultShop, orderId: string): Promise<boolean> {
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

/** Repeats orders without an answer, and waits until all orders are decided. Returns the milliseconds since `since`. */
export async function timeUntilRecovered(faultShop: FaultShop, since: number, patienceMs = 60_000): Promise<number> {
  for (;;) {
    const begun = Date.now();
    const open = faultShop.sales.filter(({ orderId }) => !orderId);
    await Promise.all(open.map((sale) => faultShop.attempt(sale)));
    const left = open.some(({ orderId }) => !orderId)
      ? 'orders without an answer'
      : await listUndecided(faultShop).catch((error: Error) => error.message);
    if (!left) return Date.now() - since;
    if (Date.now() - since > patienceMs) throw new Error(`the shop has not recovered after ${patienceMs} ms: ${left}`);
    await pause(Math.max(25, 3 * (Date.now() - begun)));
  }
}
