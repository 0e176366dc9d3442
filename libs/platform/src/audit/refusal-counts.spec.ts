import { MOST_OF_ALL_ACTORS, MOST_OF_ONE_ACTOR, OTHERS, RefusalCounts } from './refusal-counts';

describe('Refused attempts', () => {
  const often = (counts: RefusalCounts, actor: string, times: number) =>
    Array.from({ length: times }, () => counts.mayList(actor, 'barista')).filter(Boolean).length;

  it('of one actor are told one by one, and counted beyond that', () => {
    const counts = new RefusalCounts();
    expect(often(counts, 'an', 1_000)).toBe(MOST_OF_ONE_ACTOR);
    expect(often(counts, 'binh', 2)).toBe(2);
    expect(counts.endMinute()).toEqual([{ actor: 'an', role: 'barista', unlisted: 1_000 - MOST_OF_ONE_ACTOR }]);
    expect([often(counts, 'an', 1), counts.endMinute()]).toEqual([1, []]); // the next minute
  });

  it('of very many actors fill neither the trail nor the memory, and none is lost', () => {
    const counts = new RefusalCounts();
    let told = 0;
    for (let n = 0; n < 5_000; n += 1) told += often(counts, `actor-${n}`, 2);
    expect(told).toBe(MOST_OF_ALL_ACTORS);
    expect(counts.size).toBeLessThanOrEqual(1_001);
    const more = counts.endMinute();
    expect(more).toHaveLength(MOST_OF_ALL_ACTORS);
    expect(more.map(({ actor }) => actor)).toContain(OTHERS);
    expect(told + more.reduce((sum, one) => sum + one.unlisted, 0)).toBe(10_000);
  });
});
