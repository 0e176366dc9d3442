import { waitUntilIdle, findFaults } from './find-faults';
import type { PurchaseKind } from './purchases';
import type { FaultShop } from './fault-shop';
import type { ShopServer, ShopProcess } from './shop-server';

const ENV = { PAYMENT_TIMEOUT_MS: '300' };
const LOAD: readonly PurchaseKind[] = ['card', 'cash', 'card', 'declined', 'card', 'unanswered'];

/** Processes of this build and of the newer build, on one database. */
export interface Builds {
  older(): ShopProcess;
  newer(): ShopProcess;
  /** Closes all processes. */
  close(): Promise<void>;
}

export function buildsAt(shopServer: ShopServer, url: string, newer: string): Builds {
  const shopProcesses: ShopProcess[] = [];
  const makeProcess = (build?: string) => {
    const shopProcess = shopServer.process(url, ENV, build);
    shopProcesses.push(shopProcess);
    return shopProcess;
  };
  return {
    older: () => makeProcess(),
    newer: () => makeProcess(newer),
    close: async () => void (await Promise.all(shopProcesses.map((shopProcess) => shopProcess.close()))),
  };
}

/** Sells this number of orders at the open processes in turn. Meanwhile, `change` starts and stops processes. */
export async function whileSelling(
  faultShop: FaultShop,
  orders: number,
  change: () => Promise<unknown>,
): Promise<void> {
  const goal = faultShop.sales.length + orders;
  let isChanging = true;
  const changed = change().finally(() => (isChanging = false));
  for (let at = 0; isChanging || faultShop.sales.length < goal; at++) {
    await faultShop.sell([LOAD[at % LOAD.length], LOAD[(at + 1) % LOAD.length]]).catch((error: unknown) => {
      if (faultShop.processes.some((shopProcess) => shopProcess.isOpen)) throw error;
    });
    if (!faultShop.processes.some((shopProcess) => shopProcess.isOpen))
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await changed;
}

/** Opens a process and kills it, again and again. */
export async function openAndKill(shopProcess: ShopProcess, forMs: number, lifeMs: number): Promise<void> {
  for (const end = Date.now() + forMs; Date.now() < end;) {
    await shopProcess.open();
    await new Promise((resolve) => setTimeout(resolve, lifeMs));
    shopProcess.signal('SIGKILL');
    await shopProcess.shop.gone;
  }
}

export const now = async ({ database }: FaultShop): Promise<Date> =>
  (await database.query<{ now: Date }>('select clock_timestamp() as now'))[0].now;

/**
 * The faults in the tables that both builds have, and in the tables that only the newer build has. `since`: from this
 * time on, the newer build must have received every message.
 */
export async function findFaultsOfBothBuilds(faultShop: FaultShop, since: Date): Promise<string[]> {
  await faultShop.repeatUnanswered();
  await waitUntilIdle(faultShop, 120_000);
  return [
    ...(await findFaults(faultShop)),
    ...(await findNewsFaults(faultShop, since)),
    ...(await findLineFaults(faultShop)),
  ];
}

async function findNewsFaults({ database }: FaultShop, since: Date): Promise<string[]> {
  const wrong = await database.query<{ id: string; what: string; times: number }>(
    `with due as (
       select e.order_id, 'ordering.order-confirmed.v1' as type from ordering.order_events e
       where e.event_type = 'OrderConfirmed' and e.timestamp > $1
       union all select key::uuid, type from inventory.outbox where type = 'inventory.goods-packed.v1'),
     heard as (select order_id, type, count(*)::int as times from notifications.news group by 1, 2)
     select d.order_id as id, d.type as what, coalesce(h.times, 0) as times
     from due d left join heard h using (order_id, type) where h.times is distinct from 1
     union all
     select order_id, type, times from heard where times > 1`,
    [since],
  );
  return wrong.map(({ id, what, times }) => `the newer build handled ${what} of ${id} ${times} times, not once`);
}

async function findLineFaults({ database }: FaultShop): Promise<string[]> {
  const [{ count }] = await database.query<{ count: number }>(
    `select count(*)::int from ordering.order_heads h left join ordering.ordered_lines_v1 l using (order_id)
     where l.version is distinct from h.version`,
  );
  return count === 0 ? [] : [`${count} orders are missing or out of date in the newer read model`];
}

/** The longest delay of messages to the newer build after `since`, in milliseconds. */
export async function maxNewsDelayMs({ database }: FaultShop, since: Date): Promise<number> {
  const [{ late }] = await database.query<{ late: number | null }>(
    `select max(extract(epoch from heard_at - sent_at) * 1000)::float8 as late from notifications.news where sent_at > $1`,
    [since],
  );
  return late ?? 0;
}
