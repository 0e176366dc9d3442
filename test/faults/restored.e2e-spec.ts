import { setTimeout as pause } from 'node:timers/promises';
import { shopCommand } from '../support/shop-command';
import { ShopOnServers, type Context } from './support/shop-on-servers';
import { waitUntilIdle, findFaults } from './support/find-faults';
import { sellContinuously, timeUntilRecovered } from './support/sell-continuously';
import { recordResult, repeatCount } from './support/matrix';

const LOST_MS = repeatCount(600_000, 6_000);
const PATIENCE_MS = 120_000 + LOST_MS / 10;
/** The messages of this time are sent again. The time is a little longer than the time whose data is lost. */
const SINCE = `${Math.ceil(LOST_MS / 60_000) + 5}m`;

/** Tables that must have a row for each confirmed order. `findFaults` checks the other tables. */
const tables: Readonly<Partial<Record<Context, string>>> = {
  payments: 'payments.payments',
  inventory: 'inventory.reservations',
};

describe('A context whose database is restored from an earlier backup, under load,', () => {
  const contexts: readonly Context[] = ['notifications', 'customers', 'payments', 'inventory'];
  let shop: ShopOnServers;
  beforeAll(async () => {
    shop = await ShopOnServers.open(contexts, { env: { PAYMENT_TIMEOUT_MS: '300' } });
  }, 180_000);
  afterAll(() => shop?.close(), 60_000);

  const findOrdersWithoutRow = async (table: string): Promise<string[]> =>
    (
      await shop.faultShop.database.query<{ id: string }>(
        `select e.order_id as id from ordering.order_events e
         where e.event_type = 'OrderConfirmed' and not exists (select from ${table} t where t.order_id = e.order_id)`,
      )
    ).map(({ id }) => `${table} does not know the confirmed order ${id}`);

  it.each(contexts)(
    '(here: %s) is up to date after its lost messages were sent again',
    async (context) => {
      const { faultShop, servers, env } = shop;
      const server = servers[context]!;
      const load = sellContinuously(faultShop);
      await pause(1_000);
      const backup = await server.backup();
      const from = faultShop.sales.length;
      await pause(LOST_MS);
      await server.restore(backup);
      const restoredAt = Date.now();
      await pause(1_000);
      await load.stop();
      const done = await shopCommand(env, 'outbox', 'resend', '--to', context, '--since', SINCE, '--json');
      expect(done).toMatchObject({ code: 0 });
      const recoveryMs = [await timeUntilRecovered(faultShop, restoredAt, PATIENCE_MS)];
      await waitUntilIdle(faultShop, PATIENCE_MS);
      const table = tables[context];
      const wrong = [...(await findFaults(faultShop)), ...(table ? await findOrdersWithoutRow(table) : [])];
      const note = `what was lost with the last ${LOST_MS / 1_000} s came again by \`outbox resend\``;
      recordResult({ fault: `${context} restored from a backup of earlier`, tried: faultShop.sales.length - from, lost: wrong.length, recoveryMs, note }); // prettier-ignore
      expect(wrong).toEqual([]);
    },
    LOST_MS + PATIENCE_MS * 3,
  );
});
