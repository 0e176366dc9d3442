import { setTimeout as pause } from 'node:timers/promises';

import type { Cache } from './cache';

/** The tests that every cache must pass. `two` creates two instances, with one shared level if there is one. */
export function behavesLikeACache(two: () => Promise<{ one: Cache; other: Cache; shares: boolean }>): void {
  const about = (key: string, tags: string[] = ['things']) => ({ kind: 'thing', key, tags, seconds: 60 });

  it('loads a missing value once for all callers', async () => {
    const { one } = await two();
    let loads = 0;
    const load = async () => {
      loads++;
      await pause(20);
      return { name: 'phin' };
    };
    const answers = await Promise.all(Array.from({ length: 50 }, async () => one.remember(about('a'), load)));
    answers.push(await one.remember(about('a'), load));
    expect(loads).toBe(1);
    expect(new Set(answers.map((answer) => answer?.name))).toEqual(new Set(['phin']));
  });

  it('remembers that a value does not exist', async () => {
    const { one } = await two();
    let loads = 0;
    const load = async () => (loads++, null);
    expect(await one.remember(about('b'), load)).toBeNull();
    expect(await one.remember(about('b'), load)).toBeNull();
    expect(loads).toBe(1);
  });

  it('loads a value again on refresh, and stores it', async () => {
    const { one } = await two();
    await one.remember(about('r'), async () => 'old');
    expect(await one.refresh(about('r'), async () => 'new')).toBe('new');
    expect(await one.remember(about('r'), async () => 'third')).toBe('new');
  });

  it('does not remember a failed load', async () => {
    const { one } = await two();
    await expect(one.remember(about('c'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await one.remember(about('c'), async () => 'yes')).toBe('yes');
  });

  it('invalidates the values of one tag only', async () => {
    const { one } = await two();
    let n = 0;
    const load = async () => ++n;
    await one.remember(about('d', ['red']), load);
    await one.remember(about('e', ['blue']), load);
    await one.invalidate('red');
    expect(await one.remember(about('d', ['red']), load)).toBe(3);
    expect(await one.remember(about('e', ['blue']), load)).toBe(2);
  });

  it('never returns a value that was loaded before a change and stored after it', async () => {
    const { one } = await two();
    let finish: (value: string) => void = () => undefined;
    const slow = one.remember(about('f'), () => new Promise<string>((resolve) => (finish = resolve)));
    await pause(30);
    await one.invalidate('things');
    finish('old');
    expect(await slow).toBe('old');
    expect(await one.remember(about('f'), async () => 'new')).toBe('new');
  });

  it('shares values and invalidations between instances if there is a shared level', async () => {
    const { one, other, shares } = await two();
    await one.remember(about('g'), async () => 'first');
    expect(await other.remember(about('g'), async () => 'second')).toBe(shares ? 'first' : 'second');
    if (!shares) return;
    await one.invalidate('things');
    await pause(50); // time for the message; after two seconds the version would be read again
    expect(await other.remember(about('g'), async () => 'third')).toBe('third');
  });
}
