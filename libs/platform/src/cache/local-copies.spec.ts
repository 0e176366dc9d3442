import { LocalCopies } from './local-copies';
import { weightOf } from './weight';

const text = (length: number) => ({ value: { v: 'x'.repeat(length) } });

describe('LocalCopies', () => {
  it('do not exceed a number of bytes: the least recently used copies are removed first', () => {
    const copies = new LocalCopies(60_000, { bytes: 50_000 });
    for (let n = 0; n < 100; n++) {
      copies.set(`list ${n}`, text(1_000));
      copies.get('list 0');
    }
    expect(copies.usage.bytes).toBeLessThanOrEqual(50_000);
    expect(copies.usage.copies).toBeGreaterThan(5);
    expect([copies.has('list 0'), copies.has('list 1'), copies.has('list 99')]).toEqual([true, false, true]);
  });

  it('do not store a value that is larger than the limit', () => {
    const copies = new LocalCopies(60_000, { bytes: 5_000 });
    copies.set('small', text(10)).set('large', text(10_000));
    expect([copies.has('small'), copies.has('large')]).toEqual([true, false]);
  });

  it('are removed when they are too old, even if nobody reads them', async () => {
    const copies = new LocalCopies(20);
    copies.set('short', text(10)).set('long', text(10), 60_000);
    const until = Date.now() + 5_000;
    while (copies.usage.copies > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(copies.usage).toEqual({ bytes: 0, copies: 0 });
  });

  it('are counted with the estimated bytes of everything inside them', () => {
    expect(weightOf(text(1_000))).toBeGreaterThan(2_000);
    expect(weightOf({ words: ['a'.repeat(500), 'b'.repeat(500)] })).toBeGreaterThan(2_000);
    expect(weightOf({ bytes: Buffer.alloc(3_000) })).toBeGreaterThan(3_000);
    expect(weightOf(null)).toBeGreaterThan(0); // lru-cache wants a positive size
  });
});
