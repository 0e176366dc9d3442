import { setTimeout as pause } from 'node:timers/promises';

import type { Cache } from './cache';

/**
 * The tests that every cache must pass. `openTwo` creates two instances. If the cache has a shared level, both
 * instances use the same one.
 */
export function behavesLikeACache(openTwo: () => Promise<{ one: Cache; other: Cache; hasSharedLevel: boolean }>): void {
  const entryFor = (key: string, tags: string[] = ['things']) => ({ kind: 'thing', key, tags, seconds: 60 });

  it('loads a missing value once for all callers', async () => {
    const { one } = await openTwo();
    let loads = 0;
    const load = async () => {
      loads++;
      await pause(20);
      return { name: 'phin' };
    };
    const answers = await Promise.all(Array.from({ length: 50 }, async () => one.remember(entryFor('a'), load)));
    answers.push(await one.remember(entryFor('a'), load));
    expect(loads).toBe(1);
    expect(new Set(answers.map((answer) => answer?.name))).toEqual(new Set(['phin']));
  });

  it('remembers that a value does not exist', async () => {
    const { one } = await openTwo();
    let loads = 0;
    const load = async () => (loads++, null);
    expect(await one.remember(entryFor('b'), load)).toBeNull();
    expect(await one.remember(entryFor('b'), load)).toBeNull();
    expect(loads).toBe(1);
  });

  it('loads a value again on refresh, and stores it', async () => {
    const { one } = await openTwo();
    await one.remember(entryFor('r'), async () => 'old');
    expect(await one.refresh(entryFor('r'), async () => 'new')).toBe('new');
    expect(await one.remember(entryFor('r'), async () => 'third')).toBe('new');
  });

  it('does not remember a failed load', async () => {
    const { one } = await openTwo();
    await expect(one.remember(entryFor('c'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await one.remember(entryFor('c'), async () => 'yes')).toBe('yes');
  });

  it('invalidates the values of one tag only', async () => {
    const { one } = await openTwo();
    let n = 0;
    const load = async () => ++n;
    await one.remember(entryFor('d', ['red']), load);
    await one.remember(entryFor('e', ['blue']), load);
    await one.invalidate('red');
    expect(await one.remember(entryFor('d', ['red']), load)).toBe(3);
    expect(await one.remember(entryFor('e', ['blue']), load)).toBe(2);
  });

  it('never returns a value that was loaded before a change and stored after it', async () => {
    const { one } = await openTwo();
    let finish: (value: string) => void = () => undefined;
    const slow = one.remember(entryFor('f'), () => new Promise<string>((resolve) => (finish = resolve)));
    await pause(30);
    await one.invalidate('things');
    finish('old');
    expect(await slow).toBe('old');
    expect(await one.remember(entryFor('f'), async () => 'new')).toBe('new');
  });

  it('shares values and invalidations between instances if there is a shared level', async () => {
    const { one, other, hasSharedLevel } = await openTwo();
    await one.remember(entryFor('g'), async () => 'first');
    expect(await other.remember(entryFor('g'), async () => 'second')).toBe(hasSharedLevel ? 'first' : 'second');
    if (!hasSharedLevel) return;
    await one.invalidate('things');
    await pause(50); // the message about the new version needs a moment to arrive
    expect(await other.remember(entryFor('g'), async () => 'third')).toBe('third');
  });
}
