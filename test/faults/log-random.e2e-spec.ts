import { changingLeaders, dice, flaws, randomWriters, subscriber } from '../../libs/event-store/src/testing/schedule';
import { storeOn } from '../../libs/event-store/src/testing/store';
import { testDatabase } from '../support/test-database';
import { recordResult, repeatCount } from './support/matrix';

const schedules = repeatCount(60, 3);

jest.setTimeout(schedules * 30_000);

describe('The log under 20 writers that sleep and abort, while leaders change', () => {
  it(`delivers all committed events to each subscriber in order, in ${schedules} random schedules`, async () => {
    let lost = 0;
    let events = 0;
    const deliveryMs: number[] = [];
    for (let seed = 1; seed <= schedules; seed++) {
      const test = await testDatabase();
      try {
        const db = test.of('ordering');
        const readers = [3, 100, 1_000].map((batch) => subscriber(test.of('ordering'), batch));
        const stopChanging = changingLeaders(test.of('ordering'), dice(seed));
        const committed = await randomWriters(db, { seed, writers: 20, turns: 20 });
        const done = performance.now();
        const deliveries = await Promise.all(readers.map((reader) => reader.until(committed.length)));
        deliveryMs.push(performance.now() - done);
        await stopChanging();
        const wrong = deliveries.flatMap((seen) => {
          const ids = new Set(seen.map(({ id }) => id));
          const missing = committed.filter((id) => !ids.has(id));
          const extra = ids.size - (committed.length - missing.length);
          return [
            ...flaws(seen),
            ...missing.map((id) => `${id} never came`),
            ...(extra ? [`${extra} events were not committed`] : []),
          ];
        });
        const verified = await storeOn(db).store.verify();
        if (!verified.ok || verified.events !== committed.length) wrong.push(`seed ${seed}: the log does not verify`);
        expect(wrong).toEqual([]);
        lost += wrong.length;
        events += committed.length;
      } finally {
        await test.drop();
      }
    }
    recordResult({
      fault: 'random schedules of 20 writers, with aborts, sleeps and changes of leader',
      tried: schedules,
      lost,
      recoveryMs: deliveryMs,
      note: `${events} events, three subscribers each`,
    });
  });
});
