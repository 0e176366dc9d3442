import { testDatabase, type TestDatabase } from '../support/test-database';
import { eventually } from '../support/eventually';
import { happening, ids } from '../../libs/event-store/src/testing/store';
import { projectionsOn, tallyOf } from '../../libs/event-store/src/projections/testing/tally';
import { recordResult, repeatCount } from './support/matrix';

jest.setTimeout(1_800_000);

const name = 'tally-switch';
type Shop = ReturnType<typeof projectionsOn>;

/** One instance leads the projection, and another instance appends events, as in a shop, but without HTTP. */
describe('Appends at the moment of a switch', () => {
  let test: TestDatabase;
  let shop: Shop;
  let writer: Shop;
  let stop: () => Promise<void>;
  const versions = new Map<string, number>();

  beforeAll(async () => {
    test = await testDatabase();
    [shop, writer] = [0, 1].map(() => projectionsOn(test.of('ordering'), [tallyOf(name)])) as [Shop, Shop];
    stop = shop.lead(name);
    for (let index = 0; index < 20; index++) versions.set(ids.next(), 0);
    for (const order of versions.keys()) await append(order, 2);
    await untilCaughtUp();
  }, 60_000);
  afterAll(async () => {
    await stop?.();
    await test?.drop();
  });

  async function append(order: string, events: number): Promise<void> {
    const from = versions.get(order)!;
    versions.set(order, from + events);
    await writer.store.append(
      happening(
        order,
        from,
        Array.from({ length: events }, (_, n) => ({ n })),
      ),
    );
  }

  const untilCaughtUp = () =>
    eventually(async () => {
      const expected = [...versions.values()].reduce((sum, version) => sum + version, 0);
      if ((await shop.models.position(name)) !== expected) throw new Error('the read model is behind');
    });

  /** The number of orders whose row in the live table lacks some of their events. */
  async function countIncompleteRows(): Promise<number> {
    const rows = await test
      .of('ordering')
      .query<{ order_id: string; version: number; view: { count: number } }>(
        `select order_id, version, view from ${await shop.models.table(name)}`,
      );
    const stored = new Map(rows.map((row) => [row.order_id, row]));
    return [...versions].filter(([order, version]) => {
      const row = stored.get(order);
      return row?.version !== version || row.view.count !== version;
    }).length;
  }

  /** Appends events before, during and after the switch. In each round the switch is at another moment. */
  async function appendDuring(round: number, change: () => Promise<{ state: string }>): Promise<string> {
    const orders = [...versions.keys()];
    const appends = async (): Promise<void> => {
      for (let at = 0; at < 6; at++) {
        const [one, other] = [orders[(round + at) % 20], orders[(round + at + 10) % 20]];
        await Promise.all([append(one, 1), append(other, 2)]);
      }
    };
    const appending = appends();
    for (let wait = 0; wait < round % 7; wait++) await new Promise(setImmediate);
    const { state } = await change();
    await appending;
    await untilCaughtUp();
    return state;
  }

  it('are all in the new table', async () => {
    const rounds = repeatCount(1_000, 30);
    let missing = 0;
    const begun = performance.now();
    for (let round = 0; round < rounds; round++) {
      const { id } = await shop.rebuilds.start(name, 'manual', null, 'test');
      await eventually(async () => {
        if ((await shop.rebuilds.view(name, id)).state !== 'ready') throw new Error('the rebuild is not ready');
      });
      const old = await shop.models.table(name);
      expect(await appendDuring(round, () => shop.goLive.now(name, id))).toBe('live');
      expect(await shop.models.table(name)).not.toBe(old);
      missing += await countIncompleteRows();
    }
    expect(missing).toBe(0);
    const each = Math.round((performance.now() - begun) / rounds);
    recordResult({
      fault: 'appends at the instant of a switch',
      tried: rounds,
      lost: missing,
      note: `${each} ms for each rebuild`,
    });
  });

  it('are also in the table after a rollback', async () => {
    const rounds = repeatCount(200, 10);
    let missing = 0;
    for (let round = 0; round < rounds; round++) {
      const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
      await eventually(async () => {
        if ((await shop.rebuilds.view(name, id)).state !== 'live') throw new Error('the rebuild is not live');
      });
      const live = await shop.models.table(name);
      expect(await appendDuring(round, () => shop.rebuilds.rollback(name, id))).toBe('rolled-back');
      expect(await shop.models.table(name)).not.toBe(live);
      missing += await countIncompleteRows();
    }
    expect(missing).toBe(0);
    recordResult({ fault: 'appends at the instant of a rollback', tried: rounds, lost: missing });
  });

  it('are all in the table after a rollback with 1,000 more orders', async () => {
    const { id } = await shop.rebuilds.start(name, 'auto', null, 'test');
    await eventually(async () => {
      if ((await shop.rebuilds.view(name, id)).state !== 'live') throw new Error('the rebuild is not live');
    });
    for (let order = 0; order < 1_000; order++) versions.set(ids.next(), 0);
    const fresh = [...versions.keys()].slice(-1_000);
    for (let at = 0; at < 1_000; at += 20) await Promise.all(fresh.slice(at, at + 20).map((order) => append(order, 3)));
    const begun = performance.now();
    expect(await shop.rebuilds.rollback(name, id)).toMatchObject({ state: 'rolled-back' });
    const took = Math.round(performance.now() - begun);
    await untilCaughtUp();
    const missing = await countIncompleteRows();
    expect(missing).toBe(0);
    recordResult({ fault: 'a rollback after 1,000 further orders', tried: 1, lost: missing, recoveryMs: [took] });
  });
});
