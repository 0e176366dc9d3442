import { setTimeout as pause } from 'node:timers/promises';
import { BlockDetector } from './block-detector';

const work = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe('BlockDetector', () => {
  it('notices that long work blocked the process, and that waiting did not block it', async () => {
    const blockDetector = new BlockDetector();
    expect(blockDetector.wasBlockedWithin(60_000)).toBe(false);
    work(900);
    expect(blockDetector.wasBlockedWithin(60_000)).toBe(true);
    await pause(300);
    expect(blockDetector.wasBlockedWithin(100)).toBe(false);
  });
});
