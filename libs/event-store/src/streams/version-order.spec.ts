import { sortByVersion } from './version-order';

const events = (...names: string[]) => names.map((name) => ({ streamId: name[0], version: Number(name[1]) }));

describe('Events that wait for a position', () => {
  it('keep their places if the versions of each order are sorted', () => {
    const given = events('a1', 'b7', 'a2', 'c1', 'b8');
    expect(sortByVersion(given)).toBe(given);
  });

  it('are sorted by version within each order', () => {
    expect(sortByVersion(events('a3', 'b1', 'a1', 'c2', 'b2', 'a2'))).toEqual(
      events('a1', 'b1', 'a2', 'c2', 'b2', 'a3'),
    );
  });
});
