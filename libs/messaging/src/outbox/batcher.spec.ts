import { Batcher } from './batcher';

describe('A batcher', () => {
  it('writes together the items that came during a statement, and returns one answer for each', async () => {
    const written: number[][] = [];
    const doubled = new Batcher(async (items: readonly number[]) => {
      written.push([...items]);
      await new Promise(setImmediate);
      return items.map((item) => item * 2);
    });
    const first = doubled.add(1);
    await new Promise(setImmediate);
    expect(await Promise.all([first, doubled.add(2), doubled.add(3)])).toEqual([2, 4, 6]);
    expect(written).toEqual([[1], [2, 3]]);
  });

  it('rejects only the faulty item', async () => {
    const careful = new Batcher(async (items: readonly number[]) => {
      if (items.includes(2)) throw new Error('two');
      return items;
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => careful.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await careful.add(4)).toBe(4);
  });
});
