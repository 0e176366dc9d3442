import { setImmediate as turn } from 'node:timers/promises';
import { ItemTurns } from './item-turns';

let now = 0;
const isLocked = (error: unknown) => (error as Error).message === 'locked';
const newTurns = () => new ItemTurns({ isLocked, now: () => now });

describe('The turns of items', () => {
  const openTurns = () => {
    const items = newTurns();
    const said: string[] = [];
    const ends = new Map<string, () => void>();
    const take = (name: string, on: string[], fails = false) =>
      items.runInTurn(on, async () => {
        said.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
        if (fails) throw new Error(name);
      });
    const end = async (name: string) => {
      ends.get(name)!();
      await turn();
    };
    return { said, take, end, items };
  };

  it('run one after the other for one item, and at the same time for different items', async () => {
    const { said, take, end } = openTurns();
    void take('first', ['tea']);
    void take('second', ['tea']);
    void take('stranger', ['coffee']);
    await turn();
    expect(said).toEqual(['first', 'stranger']);
    await end('first');
    expect(said).toEqual(['first', 'stranger', 'second']);
  });

  it('wait for all items of the work, in any order, without a deadlock', async () => {
    const { said, take, end } = openTurns();
    void take('tea', ['tea']);
    void take('both', ['coffee', 'tea']);
    void take('both again', ['tea', 'coffee']);
    void take('coffee', ['coffee']);
    await turn();
    expect(said).toEqual(['tea']);
    for (const name of ['tea', 'both', 'both again', 'coffee']) await end(name);
    expect(said).toEqual(['tea', 'both', 'both again', 'coffee']);
  });

  it('continue after work that failed, and the caller gets the error', async () => {
    const { said, take, end } = openTurns();
    const failed = take('fails', ['tea'], true);
    void take('next', ['tea']);
    await turn();
    void end('fails');
    await expect(failed).rejects.toThrow('fails');
    await turn();
    expect(said).toEqual(['fails', 'next']);
  });

  it('leave nothing in memory', async () => {
    const { take, end, items } = openTurns();
    void take('only', ['tea', 'coffee']);
    await turn();
    await end('only');
    expect(items.size).toBe(0);
  });

  it('fail at once behind work that met a lock on the same items, but not on other items', async () => {
    const items = newTurns();
    const locked = new Error('locked');
    const began: string[] = [];
    const work = (name: string, on: string[], fault?: Error) =>
      items.runInTurn(on, async () => {
        began.push(name);
        await turn();
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
