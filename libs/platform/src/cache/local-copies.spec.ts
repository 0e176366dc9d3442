import { LocalCopies } from './local-copies';
import { weightOf } from './weight';

const text = (length: number) => ({ value: { v: 'x'.repeat(length) } });

describe('Copies in the process', () => {
  it('are bounded in bytes: the ones that nobody asked for lately go first', () => {
    const copies = new LocalCopies(60_000, { bytes: 50_000 });
    for (let n = 0; n < 100; n++) {
      copies.set(`list ${n}`, text(1_000));
      copies.get('list 0');
    }
    expect(copies.usage.bytes).toBeLessThanOrEqual(50_000);
    expect(copies.usage.copies).toBeGreaterThan(5);
    expect([copies.has('list 0'), copies.has('list 1'), copies.has('list 99')]).toEqual([true, false, true]);
  });

  it('do not hold what alone is larger than all of them may be', () => {
    const copies = new LocalCopies(60_000, { bytes: 5_000 });
    copies.set('small', text(10)).set('large', text(10_000));
    expect([copies.has('small'), copies.has('large')]).toEqual([true, false]);
  });

  it('are let go when they are old, though nobody asks for them', async () => {
    const copies = new LocalCopies(20);
    copies.set('short', text(10)).set('long', text(10), 60_000);
    const until = Date.now() + 5_000;
    while (copies.usage.copies > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(copies.usage).toEqual({ bytes: 0, copies: 0 });
  });

  it('are weighed with all that is in them', () => {
    expect(weightOf(text(1_000))).toBeGreaterThan(2_000);
    expect(weightOf({ words: ['a'.repeat(500), 'b'.repeat(500)] })).toBeGreaterThan(2_000);
    expect(weightOf({ bytes: Buffer.alloc(3_000) })).toBeGreaterThan(3_000);
    expect(weightOf(null)).toBeGreaterThan(0); // lru-cache wants a positive size
  });
});
