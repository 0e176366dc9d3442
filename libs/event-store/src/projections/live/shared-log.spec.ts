import type { LoggedEvent } from '#event-store';
import { SharedLog } from './shared-log';

const event = (position: number) => ({ position }) as LoggedEvent;
const positions = (events: readonly LoggedEvent[]) => events.map(({ position }) => position);

/** A log that the test extends with `grow`. It answers reads only when the test calls `answer`. */
function growingLog() {
  const log: LoggedEvent[] = [];
  const reads: number[] = [];
  const waiting: (() => void)[] = [];
  return {
    reads,
    grow: (count: number) => {
      for (let n = 0; n < count; n++) log.push(event(log.length + 1));
    },
    answer: () => waiting.splice(0).forEach((one) => one()),
    readForViews: async (after: number, limit: number) => {
      reads.push(after);
      const events = log.slice(after, after + limit);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return events;
    },
    readMarked: async () => [],
  };
}

/** Answers all reads until `work` is done. */
async function answerUntilDone<T>(from: ReturnType<typeof growingLog>, work: Promise<T>): Promise<T> {
  const timer = setInterval(from.answer, 1);
  return work.finally(() => clearInterval(timer));
}

describe('A read of the log by several followers', () => {
  it('happens once if they read at the same time, or shortly one after the other', async () => {
    const from = growingLog();
    from.grow(10);
    const log = new SharedLog(from);
    const first = await answerUntilDone(from, Promise.all([log.readForViews(0, 5), log.readForViews(0, 5)]));
    const later = await answerUntilDone(from, log.readForViews(0, 5));
    expect([...first, later].map(positions)).toEqual(Array(3).fill([1, 2, 3, 4, 5]));
    expect(from.reads).toEqual([0]);
  });

  it('starts at the position of each follower, and never returns more events than its limit', async () => {
    const from = growingLog();
    from.grow(10);
    const log = new SharedLog(from);
    await answerUntilDone(from, log.readForViews(0, 6));
    expect(positions(await answerUntilDone(from, log.readForViews(2, 3)))).toEqual([3, 4, 5]);
    expect(positions(await answerUntilDone(from, log.readForViews(2, 100)))).toEqual([3, 4, 5, 6]);
    expect(positions(await answerUntilDone(from, log.readForViews(6, 100)))).toEqual([7, 8, 9, 10]);
    expect(from.reads).toEqual([0, 6]);
  });

  it('does not use an empty result that was read before the event was numbered', async () => {
    const from = growingLog();
    const log = new SharedLog(from);
    const early = log.readForViews(0, 5);
    from.grow(1);
    const readsAfterwards = [log.readForViews(0, 5), log.readForViews(0, 5)];
    const [empty, ...others] = await answerUntilDone(from, Promise.all([early, ...readsAfterwards]));
    expect([empty, ...others].map(positions)).toEqual([[], [1], [1]]);
    expect(from.reads).toEqual([0, 0]);
  });

  it('is repeated by each follower after a failure', async () => {
    let failures = 1;
    const log = new SharedLog({
      readForViews: async () => {
        if (failures-- > 0) throw new Error('no connection');
        return [event(1)];
      },
      readMarked: async () => [],
    });
    const [failed, succeeded] = await Promise.allSettled([log.readForViews(0, 5), log.readForViews(0, 5)]);
    expect(failed.status).toBe('rejected');
    expect(succeeded).toMatchObject({ status: 'fulfilled', value: [{ position: 1 }] });
  });
});
