import { OF_ALL, OF_ONE, OTHERS, RefusalCounts } from './refusal-counts';

describe('Refused attempts', () => {
  const often = (counts: RefusalCounts, actor: string, times: number) =>
    Array.from({ length: times }, () => counts.admits(actor, 'barista')).filter(Boolean).length;

  it('of one actor are told one by one, and counted beyond that', () => {
    const counts = new RefusalCounts();
    expect(often(counts, 'an', 1_000)).toBe(OF_ONE);
    expect(often(counts, 'binh', 2)).toBe(2);
    expect(counts.close()).toEqual([{ actor: 'an', role: 'barista', more: 1_000 - OF_ONE }]);
    expect([often(counts, 'an', 1), counts.close()]).toEqual([1, []]); // the next minute
  });

  it('of very many actors fill neither the trail nor the memory, and none is lost', () => {
    const counts = new RefusalCounts();
    let told = 0;
    for (let n = 0; n < 5_000; n += 1) told += often(counts, `actor-${n}`, 2);
    expect(told).toBe(OF_ALL);
    expect(counts.size).toBeLessThanOrEqual(1_001);
    const more = counts.close();
    expect(more).toHaveLength(OF_ALL);
    expect(more.map(({ actor }) => actor)).toContain(OTHERS);
    expect(told + more.reduce((sum, one) => sum + one.more, 0)).toBe(10_000);
  });
});
