import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { changingLeaders, dice, flaws, randomWriters, subscriber } from '../testing/schedule';
import { storeOn } from '../testing/store';

let test: TestDatabase;

beforeEach(async () => {
  test = await testDatabase();
});
afterEach(() => test.drop());

describe('The log, while writers sleep and abort, and leaders change', () => {
  it.each([11])(
    'delivers all committed events to each reader, without a gap, each stream in order (seed %i)',
    async (seed) => {
      const db = test.of('ordering');
      const readers = [7, 100, 1_000].map((batch) => subscriber(test.of('ordering'), batch));
      const stopLeaders = changingLeaders(test.of('ordering'), dice(seed));
      const committed = await randomWriters(db, { seed, writers: 12, turns: 12 });
      const deliveries = await Promise.all(readers.map((reader) => reader.until(committed.length)));
      expect(await stopLeaders()).toBeGreaterThan(1);
      for (const events of deliveries) {
        expect(events.map(({ id }) => id).sort()).toEqual([...committed].sort());
        expect(flaws(events)).toEqual([]);
      }
      const verified = await storeOn(db).store.verify();
      expect(verified).toMatchObject({ ok: true, events: committed.length, waiting: 0 });
    },
    60_000,
  );

  it('is reported as flawed by this test if a position is missing or a stream is out of order', () => {
    const event = (position: number, version: number) => ({ streamId: 'a', position, version }) as never;
    expect(flaws([event(1, 1), event(2, 2)])).toEqual([]);
    expect(flaws([event(1, 1), event(3, 2)])).toHaveLength(1);
    expect(flaws([event(1, 2), event(2, 1)])).toHaveLength(2);
  });
});
