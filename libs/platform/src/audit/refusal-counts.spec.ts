import { MOST_IN_ALL, MOST_PER_ACTOR, OTHERS, RefusalCounts } from './refusal-counts';

describe('Refused attempts', () => {
  const countListed = (counts: RefusalCounts, actor: string, times: number) =>
    Array.from({ length: times }, () => counts.countAttempt(actor, 'barista')).filter(Boolean).length;

  it('of one actor are listed one by one up to a limit; further attempts are only counted', () => {
    const counts = new RefusalCounts();
    expect(countListed(counts, 'an', 1_000)).toBe(MOST_PER_ACTOR);
    expect(countListed(counts, 'binh', 2)).toBe(2);
    expect(counts.endMinute()).toEqual([{ actor: 'an', role: 'barista', unlisted: 1_000 - MOST_PER_ACTOR }]);
    expect([countListed(counts, 'an', 1), counts.endMinute()]).toEqual([1, []]); // the next minute
  });

  it('of very many actors do not fill the trail or the memory, and all attempts are counted', () => {
    const counts = new RefusalCounts();
    let listed = 0;
    for (let n = 0; n < 5_000; n += 1) listed += countListed(counts, `actor-${n}`, 2);
    expect(listed).toBe(MOST_IN_ALL);
    expect(counts.size).toBeLessThanOrEqual(1_001);
    const unlisted = counts.endMinute();
    expect(unlisted).toHaveLength(MOST_IN_ALL);
    expect(unlisted.map(({ actor }) => actor)).toContain(OTHERS);
    expect(listed + unlisted.reduce((sum, one) => sum + one.unlisted, 0)).toBe(10_000);
  });
});
