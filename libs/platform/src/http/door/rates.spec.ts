import { Rates } from './rates';

const admitted = (rates: Rates, key: string, now: number, times: number) =>
  Array.from({ length: times }, () => rates.allows(key, now)).filter(Boolean).length;

describe('A rate', () => {
  it.each([0.1, 12_345.678_9, 98_765_432.1])(
    'lets in all that may come at once, whatever the clock says: %d',
    (now) => {
      const rates = new Rates(3, 12);
      const admitted = Array.from({ length: 20 }, () => rates.allows('x', now)).filter(Boolean);
      expect(admitted).toHaveLength(12);
    },
  );
});

describe('A rate', () => {
  it('lets so many in at once, and so many a second afterwards', () => {
    const rates = new Rates(10, 40);
    expect(admitted(rates, 'a', 0, 100)).toBe(40);
    expect(admitted(rates, 'a', 50, 100)).toBe(0);
    expect(admitted(rates, 'a', 1_000, 100)).toBe(10);
    expect(admitted(rates, 'a', 60_000, 100)).toBe(40);
  });

  it('is each key’s own', () => {
    const rates = new Rates(1, 2);
    expect([admitted(rates, 'a', 0, 9), admitted(rates, 'b', 0, 9)]).toEqual([2, 2]);
  });

  it('does not count what it refuses', () => {
    const rates = new Rates(1, 1);
    expect(admitted(rates, 'a', 0, 1_000)).toBe(1);
    expect(rates.allows('a', 1_001)).toBe(true);
  });

  it('keeps so many keys and no more, and forgets those first that have nothing to make up for', () => {
    const rates = new Rates(1, 1, 100);
    rates.allows('busy', 0);
    for (let n = 0; n < 100_000; n += 1) rates.allows(`k${n}`, n / 1_000);
    expect(rates.size).toBeLessThanOrEqual(100);
  });
});
