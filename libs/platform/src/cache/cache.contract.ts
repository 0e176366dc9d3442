import { setTimeout as pause } from 'node:timers/promises';

import type { Cache } from './cache';

/** The tests that every cache must pass. `two` creates two instances, with one shared level if there is one. */
export function behavesLikeACache(two: () => Promise<{ one: Cache; other: Cache; shares: boolean }>): void {
  const about = (key: string, tags: string[] = ['things']) => ({ kind: 'thing', key, tags, seconds: 60 });

  it('loads what is missing once, however many ask', async () => {
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

  it('remembers that there is none', async () => {
    const { one } = await two();
    let loads = 0;
    const load = async () => (loads++, null);
    expect(await one.remember(about('b'), load)).toBeNull();
    expect(await one.remember(about('b'), load)).toBeNull();
    expect(loads).toBe(1);
  });

  it('loads again what is to be refreshed, and keeps that', async () => {
    const { one } = await two();
    await one.remember(about('r'), async () => 'old');
    expect(await one.refresh(about('r'), async () => 'new')).toBe('new');
    expect(await one.remember(about('r'), async () => 'third')).toBe('new');
  });

  it('does not remember a failure', async () => {
    const { one } = await two();
    await expect(one.remember(about('c'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await one.remember(about('c'), async () => 'yes')).toBe('yes');
  });

  it('forgets by tag, and only that tag', async () => {
    const { one } = await two();
    let n = 0;
    const load = async () => ++n;
    await one.remember(about('d', ['red']), load);
    await one.remember(about('e', ['blue']), load);
    await one.invalidate('red');
    expect(await one.remember(about('d', ['red']), load)).toBe(3);
    expect(await one.remember(about('e', ['blue']), load)).toBe(2);
  });

  it('never gives out what was loaded before a change and finished after it', async () => {
    const { one } = await two();
    let finish: (value: string) => void = () => undefined;
    const slow = one.remember(about('f'), () => new Promise<string>((resolve) => (finish = resolve)));
    await pause(30);
    await one.invalidate('things');
    finish('old');
    expect(await slow).toBe('old');
    expect(await one.remember(about('f'), async () => 'new')).toBe('new');
  });

  it('shares values and invalidations between instances where there is a shared level', async () => {
    const { one, other, shares } = await two();
    await one.remember(about('g'), async () => 'first');
    expect(await other.remember(about('g'), async () => 'second')).toBe(shares ? 'first' : 'second');
    if (!shares) return;
    await one.invalidate('things');
    await pause(50); // time for the message; less than the two seconds after which a mark is read again
    expect(await other.remember(about('g'), async () => 'third')).toBe('third');
  });
}
