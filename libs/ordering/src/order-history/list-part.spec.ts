import { takePart, MAX_ENTRIES, type ListPart } from './list-part';

const entries = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('The entries of one order', () => {
  it('are answered in one part if there are at most a thousand', () => {
    expect(takePart(entries(MAX_ENTRIES), 0)).toEqual({ entries: entries(MAX_ENTRIES), nextAfter: null });
    expect(takePart([], 0)).toEqual({ entries: [], nextAfter: null });
  });

  it('are answered in several parts if there are more, and each part says where the next part begins', () => {
    const all = entries(2_500);
    const seen: number[] = [];
    for (let after: number | null = 0; after !== null;) {
      const part: ListPart<number> = takePart(all.slice(after), after);
      expect(part.entries.length).toBeLessThanOrEqual(MAX_ENTRIES);
      seen.push(...part.entries);
      after = part.nextAfter;
    }
    expect(seen).toEqual(all);
  });
});
