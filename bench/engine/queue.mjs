// The queue tables of one context, without a running shop. The application's own SQL statements write the messages.
import { built } from '../built.mjs';
import { closedShop } from '../closed-shop.mjs';
import { ids } from '../store.mjs';
import { receive, send } from './stores.mjs';

const { connect, contextPool, PgDatabase } = built('libs/database/src/index.js');

const CONTEXT = 'inventory';
const STEP = 200;
export const LANE = 'bench';

const message = (key) => ({
  id: ids.next(),
  type: 'bench.noted.v1',
  key,
  body: { orderId: key, lines: [{ sku: 'CA-PHE-SUA-DA-SIZE-S', quantity: 2 }] },
  meta: { source: 'bench', occurredAt: new Date().toISOString(), version: 1, aggregateId: key, correlationId: key },
});

export const messages = (count, key = () => ids.next()) => Array.from({ length: count }, () => message(key()));

export async function openQueue() {
  const shop = await closedShop();
  const db = new PgDatabase(CONTEXT, contextPool(shop.url, CONTEXT));
  await shop.ask(`insert into ${CONTEXT}.subscriptions (type, handler, lane) values ('bench.noted.v1', 'bench', $1)`, [
    LANE,
  ]);
  const last = async (table) =>
    (await shop.ask(`select coalesce(max(seq), 0)::bigint as seq from ${CONTEXT}.${table}`))[0].seq;
  let [handled, sent] = [Number(await last('inbox')), Number(await last('outbox'))];
  return {
    db,
    receive: (batch) => receive(db, batch),
    /**
     * Writes handled messages. They pass through all states, a few at a time, so that each index gets the same rows as
     * in use.
     */
    async leaveHandled(count) {
      for (let left = count; left > 0; left -= STEP) {
        const batch = messages(Math.min(STEP, left));
        await receive(db, batch);
        await send(db, batch);
        const [to, sentTo] = [handled + batch.length, sent + batch.length];
        await shop.ask(`update ${CONTEXT}.inbox set claimed_by = 9, claimed_at = now() where seq > $1 and seq <= $2`, [handled, to]); // prettier-ignore
        await shop.ask(`update ${CONTEXT}.inbox set state = 'done', done_at = now(), claimed_by = 0 where seq > $1 and seq <= $2`, [handled, to]); // prettier-ignore
        await shop.ask(`update ${CONTEXT}.outbox set sent_at = now() where seq > $1 and seq <= $2`, [sent, sentTo]);
        [handled, sent] = [to, sentTo];
      }
    },
    /** Opens a snapshot and keeps it open, so that VACUUM cannot remove rows that are changed or deleted later. */
    async holdSnapshot() {
      const reader = await connect(shop.url, 'reader');
      await reader.query('begin isolation level repeatable read');
      await reader.query('select count(*) from pg_class');
      return () => reader.end();
    },
    vacuum: () => shop.ask(`vacuum (analyze) ${CONTEXT}.inbox, ${CONTEXT}.outbox`),
    ask: shop.ask,
    async close() {
      await db.pool.end();
      await shop.close();
    },
  };
}
