import { takePart, MAX_ENTRIES, type ListPart } from './list-part';

const entries = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('The entries of one order', () => {
  it('are answered whole up to a thousand', () => {
    expect(takePart(entries(MAX_ENTRIES), 0)).toEqual({ entries: entries(MAX_ENTRIES), nextAfter: null });
    expect(takePart([], 0)).toEqual({ entries: [], nextAfter: null });
  });

  it('come in stretches beyond, each of which says where the next begins', () => {
    const all = entries(2_500);
    const seen: number[] = [];
    for (let after: number | null = 0; after !== null;) {
      const stretch: ListPart<number> = takePart(all.slice(after), after);
      expect(stretch.entries.length).toBeLessThanOrEqual(MAX_ENTRIES);
      seen.push(...stretch.entries);
      after = stretch.nextAfter;
    }
    expect(seen).toEqual(all);
  });
});
