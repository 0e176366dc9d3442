import { stretchOf, WHOLE, type Stretch } from './stretch';

const entries = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('The entries of one order', () => {
  it('are answered whole up to a thousand', () => {
    expect(stretchOf(entries(WHOLE), 0)).toEqual({ entries: entries(WHOLE), nextAfter: null });
    expect(stretchOf([], 0)).toEqual({ entries: [], nextAfter: null });
  });

  it('come in stretches beyond, each of which says where the next begins', () => {
    const all = entries(2_500);
    const seen: number[] = [];
    for (let after: number | null = 0; after !== null;) {
      const stretch: Stretch<number> = stretchOf(all.slice(after), after);
      expect(stretch.entries.length).toBeLessThanOrEqual(WHOLE);
      seen.push(...stretch.entries);
      after = stretch.nextAfter;
    }
    expect(seen).toEqual(all);
  });
});
