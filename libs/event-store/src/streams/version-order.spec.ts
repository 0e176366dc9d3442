import { sortByVersion } from './version-order';

const events = (...names: string[]) => names.map((name) => ({ streamId: name[0], version: Number(name[1]) }));

describe('Events that wait for a position', () => {
  it('stay as they are where each order has its versions in order', () => {
    const given = events('a1', 'b7', 'a2', 'c1', 'b8');
    expect(sortByVersion(given)).toBe(given);
  });

  it('are put in the order of their versions, order by order', () => {
    expect(sortByVersion(events('a3', 'b1', 'a1', 'c2', 'b2', 'a2'))).toEqual(
      events('a1', 'b1', 'a2', 'c2', 'b2', 'a3'),
    );
  });
});
