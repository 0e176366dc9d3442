import type { RecordedEvent } from '#event-store';
import { foldBatch } from './fold';
import type { Projection, Row } from './projection';

interface Count {
  readonly seen: number;
}

const counting: Projection<Count> = {
  name: 'count',
  version: 1,
  columns: {},
  indexes: [],
  project(view, event) {
    if (event.type === 'Poison') throw new Error('cannot digest');
    return event.type === 'Gone' ? undefined : { seen: (view?.seen ?? 0) + 1 };
  },
};

let position = 0;
const event = (orderId: string, version: number, type = 'Counted'): RecordedEvent =>
  ({ id: `event-${position + 1}`, streamId: orderId, version, position: ++position, type }) as RecordedEvent;

const known = (...rows: Row[]): Map<string, Row> => new Map(rows.map((row) => [row.orderId, row]));

describe('A batch of the log', () => {
  beforeEach(() => (position = 0));

  it('becomes one row for each order, with the last position and version of the order', () => {
    const { rows } = foldBatch(counting, known(), [event('a', 1), event('b', 1), event('a', 2)]);
    expect([...rows.values()]).toEqual([
      { orderId: 'a', position: 3, version: 2, view: { seen: 2 } },
      { orderId: 'b', position: 2, version: 1, view: { seen: 1 } },
    ]);
  });

  it('continues from the stored rows', () => {
    position = 7;
    const { rows } = foldBatch(counting, known({ orderId: 'a', position: 3, version: 2, view: { seen: 2 } }), [
      event('a', 3),
    ]);
    expect(rows.get('a')).toEqual({ orderId: 'a', position: 8, version: 3, view: { seen: 3 } });
  });

  it('skips events that a row already reflects', () => {
    const { rows } = foldBatch(counting, known({ orderId: 'a', position: 1, version: 1, view: { seen: 1 } }), [
      event('a', 1),
    ]);
    expect(rows.size).toBe(0);
  });

  it('removes a row if the reducer returns undefined, and adds it again if a later event gives a view', () => {
    const row = { orderId: 'a', position: 0, version: 1, view: { seen: 1 } };
    expect(foldBatch(counting, known(row), [event('a', 2, 'Gone')]).gone).toEqual(['a']);
    const again = foldBatch(counting, known(row), [event('a', 2, 'Gone'), event('a', 3)]);
    expect(again.gone).toEqual([]);
    expect(again.rows.get('a')?.view).toEqual({ seen: 1 });
  });

  it('keeps the last good row of an order with an event that cannot be used, and folds the other orders', () => {
    const { rows, failures } = foldBatch(counting, known(), [
      event('a', 1),
      event('a', 2, 'Poison'),
      event('b', 1),
      event('a', 3),
    ]);
    expect(rows.get('a')).toEqual({ orderId: 'a', position: 1, version: 1, view: { seen: 1 } });
    expect(rows.get('b')?.view).toEqual({ seen: 1 });
    expect(failures).toEqual([{ orderId: 'a', position: 2, eventId: 'event-2', error: 'Error: cannot digest' }]);
  });

  it('skips orders that were set aside before', () => {
    expect(foldBatch(counting, known(), [event('a', 1)], new Set(['a'])).rows.size).toBe(0);
  });
});
