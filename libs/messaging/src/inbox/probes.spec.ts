import { Probes } from './probes';

describe('Messages that wait for a locked row', () => {
  let now: number;
  let probes: Probes;
  beforeEach(() => {
    now = 10_000;
    probes = new Probes(() => now);
  });

  it('ask again one at a time', () => {
    expect([1, 2, 3].map((seq) => probes.later(seq, 50))).toEqual([50, 1_050, 2_050]);
    now += 50;
    expect(probes.later(1, 100)).toBe(3_000);
  });

  it('wait as long as they are told, when nobody asks before them', () => {
    expect(probes.later(1, 1_000)).toBe(1_000);
    now += 2_000;
    expect(probes.later(1, 1_000)).toBe(1_000);
  });

  it('wait a minute at most', () => {
    const waits = Array.from({ length: 500 }, (_, seq) => probes.later(seq, 50));
    expect(waits.slice(-1)).toEqual([60_000]);
  });

  it('come at once when one of them got through', () => {
    for (const seq of [1, 2, 3]) probes.later(seq, 50);
    expect(probes.through(2)).toEqual([1, 3]);
    expect(probes.through(1)).toEqual([]);
    expect(probes.later(4, 50)).toBe(50);
  });

  it('are not hastened by a message that waited for nothing', () => {
    probes.later(1, 50);
    expect(probes.through(9)).toEqual([]);
    expect(probes.later(2, 50)).toBe(1_050);
  });
});
