import { atRest, whatIsWrong } from './books';
import type { Wish } from './crowd';
import type { Stand } from './stand';
import type { Street, Till } from './street';

const ENV = { PAYMENT_TIMEOUT_MS: '300' };
const LOAD: readonly Wish[] = ['card', 'cash', 'card', 'declined', 'card', 'unanswered'];

/** Tills of this build, and of the one after it, along one database. */
export interface Builds {
  older(): Till;
  newer(): Till;
  /** All that were made. */
  close(): Promise<void>;
}

export function buildsAt(street: Street, url: string, newer: string): Builds {
  const tills: Till[] = [];
  const made = (build?: string) => {
    const till = street.till(url, ENV, build);
    tills.push(till);
    return till;
  };
  return {
    older: () => made(),
    newer: () => made(newer),
    close: async () => void (await Promise.all(tills.map((till) => till.close()))),
  };
}

/** Orders at whichever till is open, in turn, until there are so many; and meanwhile something happens to the tills. */
export async function whileSelling(stand: Stand, orders: number, happens: () => Promise<unknown>): Promise<void> {
  const goal = stand.sales.length + orders;
  let happening = true;
  const happened = happens().finally(() => (happening = false));
  for (let at = 0; happening || stand.sales.length < goal; at++) {
    await stand.sell([LOAD[at % LOAD.length], LOAD[(at + 1) % LOAD.length]]).catch((error: unknown) => {
      if (stand.tills.some((till) => till.isOpen)) throw error;
    });
    if (!stand.tills.some((till) => till.isOpen)) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await happened;
}

/** A till that is opened and killed, again and again. */
export async function crashLoop(till: Till, forMs: number, livesMs: number): Promise<void> {
  for (const end = Date.now() + forMs; Date.now() < end;) {
    await till.open();
    await new Promise((resolve) => setTimeout(resolve, livesMs));
    till.signal('SIGKILL');
    await till.shop.gone;
  }
}

export const now = async ({ database }: Stand): Promise<Date> =>
  (await database.query<{ now: Date }>('select clock_timestamp() as now'))[0].now;

/** The books of everybody, and what only the newer build writes. `since`: from when on it has heard everything. */
export async function wrongInBoth(stand: Stand, since: Date): Promise<string[]> {
  await stand.insist();
  await atRest(stand, 120_000);
  return [...(await whatIsWrong(stand)), ...(await wrongInNews(stand, since)), ...(await wrongInLines(stand))];
}

async function wrongInNews({ database }: Stand, since: Date): Promise<string[]> {
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
  return wrong.map(({ id, what, times }) => `${what} of ${id} was heard ${times} times by the newer build`);
}

async function wrongInLines({ database }: Stand): Promise<string[]> {
  const [{ count }] = await database.query<{ count: number }>(
    `select count(*)::int from ordering.order_heads h left join ordering.ordered_lines_v1 l using (order_id)
     where l.version is distinct from h.version`,
  );
  return count === 0 ? [] : [`${count} orders are not in the newer read model as they are`];
}

/** How late the newer build heard what was sent after the moment, in milliseconds; the longest. */
export async function latestNews({ database }: Stand, since: Date): Promise<number> {
  const [{ late }] = await database.query<{ late: number | null }>(
    `select max(extract(epoch from heard_at - sent_at) * 1000)::float8 as late from notifications.news where sent_at > $1`,
    [since],
  );
  return late ?? 0;
}
