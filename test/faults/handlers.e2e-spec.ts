import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { waitUntilIdle, findFaults } from './support/find-faults';
import type { ChangedBuild } from './support/changed-build';
import { sellContinuously, timeUntilRecovered } from './support/sell-continuously';
import { recordResult, repeatCount } from './support/matrix';
import { FaultShop } from './support/fault-shop';
import { ShopServer } from './support/shop-server';
import { troubledBuild } from './support/troubled-build/troubled-build';

const FOR_MS = repeatCount(600_000, 20_000);
const HANGS_MS = 5_000;
const PATIENCE_MS = repeatCount(300_000, 150_000);

interface Trouble {
  readonly what: string;
  readonly forMs: number;
  begin(): unknown;
  end(): unknown;
}

describe('A handler that cannot do its work for a while', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trouble-'));
  const file = join(folder, 'trouble');
  const trouble = (what: 'hang' | 'throw' | 'none') => writeFileSync(file, what);
  let shopServer: ShopServer;
  let build: ChangedBuild;
  let faultShop: FaultShop;

  beforeAll(async () => {
    trouble('none');
    [shopServer, build] = await Promise.all([ShopServer.open(), troubledBuild()]);
    const database = await shopServer.database();
    const env = { PAYMENT_TIMEOUT_MS: '300', TROUBLE: file };
    faultShop = await FaultShop.of(database, [shopServer.process(database.url, env, build.folder)]);
  }, 240_000);
  afterAll(async () => {
    await Promise.all((faultShop?.processes ?? []).map((shopProcess) => shopProcess.close()));
    await shopServer?.close();
    build?.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const sql = (text: string) => faultShop.database.query(text);
  const troubles: readonly Trouble[] = [
    { what: 'hangs', forMs: HANGS_MS, begin: () => trouble('hang'), end: () => trouble('none') },
    { what: 'throws', forMs: FOR_MS, begin: () => trouble('throw'), end: () => trouble('none') },
    {
      what: 'misses its table',
      forMs: FOR_MS,
      begin: () => sql('alter table inventory.reservations rename to reservations_away'),
      end: () => sql('alter table inventory.reservations_away rename to reservations'),
    },
    {
      what: 'misses a right',
      forMs: FOR_MS,
      begin: () => sql('revoke update on payments.payments from shop_payments'),
      end: () => sql('grant update on payments.payments to shop_payments'),
    },
  ];

  it.each(troubles)(
    'because it $what, does not change the result of any order, and needs no work by staff',
    async ({ what, forMs, begin, end }) => {
      const from = faultShop.sales.length;
      const load = sellContinuously(faultShop, repeatCount(2_000, 1_000));
      await pause(1_000);
      await begin();
      await pause(forMs);
      await end();
      const endedAt = Date.now();
      await load.stop();
      const recoveryMs = [await timeUntilRecovered(faultShop, endedAt, PATIENCE_MS)];
      await waitUntilIdle(faultShop, PATIENCE_MS);
      const wrong = [...(await findFaults(faultShop)), ...(await findWrongResults())];
      const note = `for ${forMs / 1_000} s; until every order is decided`;
      recordResult({
        fault: `a handler ${what}`,
        tried: faultShop.sales.length - from,
        lost: wrong.length,
        recoveryMs,
        note,
      });
      expect(wrong).toEqual([]);
    },
    FOR_MS + PATIENCE_MS * 3,
  );

  /** Finds orders with a wrong result. An order must be cancelled if its card is declined, and otherwise confirmed. */
  async function findWrongResults(): Promise<string[]> {
    const rows = await faultShop.database.query<{ id: string; type: string }>(
      `select order_id as id, event_type as type from ordering.order_events where event_type in ('OrderConfirmed', 'OrderCancelled')`,
    );
    const ends = new Map(rows.map(({ id, type }) => [id, type]));
    return faultShop.sales.flatMap(({ orderId, kind }) => {
      const expected = kind === 'declined' ? 'OrderCancelled' : 'OrderConfirmed';
      return ends.get(orderId ?? '') === expected ? [] : [`${orderId}, ${kind}, ended as ${ends.get(orderId ?? '')}`];
    });
  }
});
