import { Rates } from './rates';

const countAllowed = (rates: Rates, key: string, now: number, times: number) =>
  Array.from({ length: times }, () => rates.countIfAllowed(key, now)).filter(Boolean).length;

describe('Rates', () => {
  it.each([0.1, 12_345.678_9, 98_765_432.1])('allow the whole burst at any time: %d', (now) => {
    const rates = new Rates(3, 12);
    expect(countAllowed(rates, 'x', now, 20)).toBe(12);
  });

  it('allow a burst at first, and then the rate per second', () => {
    const rates = new Rates(10, 40);
    expect(countAllowed(rates, 'a', 0, 100)).toBe(40);
    expect(countAllowed(rates, 'a', 50, 100)).toBe(0);
    expect(countAllowed(rates, 'a', 1_000, 100)).toBe(10);
    expect(countAllowed(rates, 'a', 60_000, 100)).toBe(40);
  });

  it('count each key separately', () => {
    const rates = new Rates(1, 2);
    expect([countAllowed(rates, 'a', 0, 9), countAllowed(rates, 'b', 0, 9)]).toEqual([2, 2]);
  });

  it('do not count refused requests', () => {
    const rates = new Rates(1, 1);
    expect(countAllowed(rates, 'a', 0, 1_000)).toBe(1);
    expect(rates.countIfAllowed('a', 1_001)).toBe(true);
  });

  it('limit the number of keys: first they remove the keys whose requests no longer count', () => {
    const rates = new Rates(1, 1, 100);
    rates.countIfAllowed('busy', 0);
    for (let n = 0; n < 100_000; n += 1) rates.countIfAllowed(`k${n}`, n / 1_000);
    expect(rates.size).toBeLessThanOrEqual(100);
  });
});
