import { Probes } from './probes';

describe('Messages that wait for a locked row', () => {
  let now: number;
  let probes: Probes;
  beforeEach(() => {
    now = 10_000;
    probes = new Probes(() => now);
  });

  it('are retried one after the other', () => {
    expect([1, 2, 3].map((seq) => probes.planRetry(seq, 50))).toEqual([50, 1_050, 2_050]);
    now += 50;
    expect(probes.planRetry(1, 100)).toBe(3_000);
  });

  it('wait for the given time if no other message is planned before them', () => {
    expect(probes.planRetry(1, 1_000)).toBe(1_000);
    now += 2_000;
    expect(probes.planRetry(1, 1_000)).toBe(1_000);
  });

  it('wait a minute at most', () => {
    const waits = Array.from({ length: 500 }, (_, seq) => probes.planRetry(seq, 50));
    expect(waits.slice(-1)).toEqual([60_000]);
  });

  it('are retried at once when the row of one of them is free', () => {
    for (const seq of [1, 2, 3]) probes.planRetry(seq, 50);
    expect(probes.recordUnlocked(2)).toEqual([1, 3]);
    expect(probes.recordUnlocked(1)).toEqual([]);
    expect(probes.planRetry(4, 50)).toBe(50);
  });

  it('are not retried early because of a message that never waited for a lock', () => {
    probes.planRetry(1, 50);
    expect(probes.recordUnlocked(9)).toEqual([]);
    expect(probes.planRetry(2, 50)).toBe(1_050);
  });
});
