import { orderList } from '../../libs/ordering/src/projections/order-list.projection';
import { eventually } from '../support/eventually';
import { expectStatus } from '../support/people';
import { recordResult, repeatCount } from './support/matrix';
import { pollReadModel, RebuiltShops } from './support/rebuilt-shops';

jest.setTimeout(1_800_000);

const WITHIN_MS = 100;
const name = 'order-list';
const orders = 700;

/** The crash point at which the leader is killed, and how often it must pass this point first. */
const steps: Record<string, (round: number) => string> = {
  replay: (round) => `rebuild.replaying:${1 + (round % 3)}:SIGKILL`,
  'catch-up': () => `rebuild.catching-up:1:SIGKILL`,
  comparison: () => `rebuild.comparing:1:SIGKILL`,
  switch: (round) => `rebuild.${['levelled', 'switching', 'switched'][round % 3]}:1:SIGKILL`,
};

describe('While readers read, the process that rebuilds is killed with kill -9', () => {
  let shops: RebuiltShops;
  beforeAll(async () => {
    shops = await RebuiltShops.open();
    await shops.append(orders);
    await shops.settled(name);
  }, 240_000);
  afterAll(() => shops?.close(), 60_000);

  it.each(Object.keys(steps))(
    'during the %s, but the rebuild continues, and the rebuilt table is correct',
    async (step) => {
      const rounds = step === 'comparison' ? repeatCount(10, 1) : repeatCount(20, 2);
      const recoveryMs: number[] = [];
      const seen = { reads: 0, failed: 0, longestMs: 0, longestBesideMs: 0 };
      let wrong = 0;
      for (let round = 0; round < rounds; round++) {
        const reader = pollReadModel(shops.younger.admin, '/admin/orders?limit=20&status=completed');
        try {
          recoveryMs.push(await killAndWaitUntilLive(steps[step](round)));
        } finally {
          const read = await reader.stop();
          seen.reads += read.reads;
          seen.failed += read.failed;
          seen.longestMs = Math.max(seen.longestMs, read.longestMs);
          seen.longestBesideMs = Math.max(seen.longestBesideMs, read.longestBesideMs);
          await shops.elder.shop.kill();
          await shops.succeed();
        }
        wrong += await shops.wrongRows(orderList);
      }
      expect({ wrong, failed: seen.failed }).toEqual({ wrong: 0, failed: 0 });
      expect(seen.reads).toBeGreaterThan(10 * rounds);
      // The unrelated reads show how slow the machine is.
      expect(seen.longestMs).toBeLessThanOrEqual(Math.max(WITHIN_MS, 2 * seen.longestBesideMs));
      recordResult({
        fault: `kill -9 of the process that rebuilds, during the ${step}`,
        ...{ tried: rounds, lost: 0, recoveryMs },
        note: `${seen.reads} reads beside it, none failed; the longest took ${seen.longestMs} ms (of something else: ${seen.longestBesideMs} ms)`,
      });
    },
  );

  /**
   * Kills the process at the crash point. Returns the milliseconds from the kill until the rebuilt table is live.
   * `done` and `total` must never decrease.
   */
  async function killAndWaitUntilLive(crashPoint: string): Promise<number> {
    const { elder, younger } = shops;
    elder.arm(crashPoint);
    const started = await younger.admin.post(`/admin/projections/${name}/rebuilds`, { body: { goLive: 'auto' } });
    const { id } = expectStatus(202, started).body.data;
    const appending = shops.append(120); // so that the rebuild has events to catch up with
    const crashed = await eventually(() => {
      const at = elder.crashedAt();
      if (at === undefined) throw new Error(`the process did not reach ${crashPoint}`);
      return at;
    }, 40_000);
    let [done, total] = [0, 0];
    await eventually(async () => {
      const { data } = expectStatus(200, await younger.admin.get(`/admin/projections/${name}/rebuilds/${id}`)).body;
      expect([data.done >= done, data.total >= total]).toEqual([true, true]);
      [done, total] = [data.done, data.total];
      if (data.state !== 'live') throw new Error(`the rebuild is ${data.state}`);
    }, 40_000);
    const recovered = Date.now() - crashed;
    await appending;
    await shops.settled(name);
    return recovered;
  }
});
