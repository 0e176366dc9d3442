import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { changingLeaders, dice, flaws, randomWriters, subscriber } from '../testing/schedule';
import { storeOn } from '../testing/store';

let test: TestDatabase;

beforeEach(async () => {
  test = await testDatabase();
});
afterEach(() => test.drop());

describe('The log, under writers that sleep and abort while leaders change', () => {
  it.each([11])(
    'delivers to everybody what was committed, without a gap, each stream in order (seed %i)',
    async (seed) => {
      const db = test.of('ordering');
      const readers = [7, 100, 1_000].map((batch) => subscriber(test.of('ordering'), batch));
      const stand = changingLeaders(test.of('ordering'), dice(seed));
      const committed = await randomWriters(db, { seed, writers: 12, turns: 12 });
      const deliveries = await Promise.all(readers.map((reader) => reader.until(committed.length)));
      expect(await stand()).toBeGreaterThan(1);
      for (const events of deliveries) {
        expect(events.map(({ id }) => id).sort()).toEqual([...committed].sort());
        expect(flaws(events)).toEqual([]);
      }
      const verified = await storeOn(db).store.verify();
      expect(verified).toMatchObject({ ok: true, events: committed.length, waiting: 0 });
    },
    60_000,
  );

  it('is found out when a position is left out or a stream is turned round', () => {
    const event = (position: number, version: number) => ({ streamId: 'a', position, version }) as never;
    expect(flaws([event(1, 1), event(2, 2)])).toEqual([]);
    expect(flaws([event(1, 1), event(3, 2)])).toHaveLength(1);
    expect(flaws([event(1, 2), event(2, 1)])).toHaveLength(2);
  });
});
