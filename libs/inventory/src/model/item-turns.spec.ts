import { setImmediate as letOthersRun } from 'node:timers/promises';
import { ItemTurns } from './item-turns';

let now = 0;
const isLocked = (error: unknown) => (error as Error).message === 'locked';
const newTurns = () => new ItemTurns({ isLocked, now: () => now });

describe('Tasks that change the stock of items', () => {
  const openTurns = () => {
    const turns = newTurns();
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    const take = (name: string, items: string[], fails = false) =>
      turns.runInTurn(items, async () => {
        started.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
        if (fails) throw new Error(name);
      });
    const end = async (name: string) => {
      ends.get(name)!();
      await letOthersRun();
    };
    return { started, take, end, turns };
  };

  it('run one after the other for one item, and at the same time for different items', async () => {
    const { started, take, end } = openTurns();
    void take('first', ['tea']);
    void take('second', ['tea']);
    void take('stranger', ['coffee']);
    await letOthersRun();
    expect(started).toEqual(['first', 'stranger']);
    await end('first');
    expect(started).toEqual(['first', 'stranger', 'second']);
  });

  it('wait for earlier tasks of all their items, in any order, without a deadlock', async () => {
    const { started, take, end } = openTurns();
    void take('tea', ['tea']);
    void take('both', ['coffee', 'tea']);
    void take('both again', ['tea', 'coffee']);
    void take('coffee', ['coffee']);
    await letOthersRun();
    expect(started).toEqual(['tea']);
    for (const name of ['tea', 'both', 'both again', 'coffee']) await end(name);
    expect(started).toEqual(['tea', 'both', 'both again', 'coffee']);
  });

  it('run also after a task that failed, and the caller of that task gets the error', async () => {
    const { started, take, end } = openTurns();
    const failed = take('fails', ['tea'], true);
    void take('next', ['tea']);
    await letOthersRun();
    void end('fails');
    await expect(failed).rejects.toThrow('fails');
    await letOthersRun();
    expect(started).toEqual(['fails', 'next']);
  });

  it('leave nothing in memory after they have ended', async () => {
    const { take, end, turns } = openTurns();
    void take('only', ['tea', 'coffee']);
    await letOthersRun();
    await end('only');
    expect(turns.size).toBe(0);
  });

  it('fail at once if an earlier task found the same items locked; tasks on other items still run', async () => {
    const turns = newTurns();
    const locked = new Error('locked');
    const began: string[] = [];
    const work = (name: string, items: string[], fault?: Error) =>
      turns.runInTurn(items, async () => {
        began.push(name);
        await letOthersRun();
        if (fault) throw fault;
      });
    const results = await Promise.allSettled([
      work('first', ['tea'], locked),
      work('behind', ['tea']),
      work('both', ['tea', 'coffee']),
      work('stranger', ['coffee']),
      work('two', ['milk', 'honey'], locked),
      work('one of the two', ['honey']),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      ...['rejected', 'rejected', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
    expect(began.sort()).toEqual(['first', 'one of the two', 'stranger', 'two']);
    now += 600;
    await work('later', ['tea']);
    expect(began).toContain('later');
  });
});
