import { setTimeout as pause } from 'node:timers/promises';
import { HoldUps } from './hold-ups';

const work = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe('A process', () => {
  it('was held up by long work, and not by waiting', async () => {
    const holdUps = new HoldUps();
    expect(holdUps.within(60_000)).toBe(false);
    work(900);
    expect(holdUps.within(60_000)).toBe(true);
    await pause(300);
    expect(holdUps.within(100)).toBe(false);
  });
});
