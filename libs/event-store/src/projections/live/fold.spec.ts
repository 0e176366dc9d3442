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

  it('becomes one row an order, at the order’s last position and version', () => {
    const { rows } = foldBatch(counting, known(), [event('a', 1), event('b', 1), event('a', 2)]);
    expect([...rows.values()]).toEqual([
      { orderId: 'a', position: 3, version: 2, view: { seen: 2 } },
      { orderId: 'b', position: 2, version: 1, view: { seen: 1 } },
    ]);
  });

  it('goes on from the rows there are', () => {
    position = 7;
    const { rows } = foldBatch(counting, known({ orderId: 'a', position: 3, version: 2, view: { seen: 2 } }), [
      event('a', 3),
    ]);
    expect(rows.get('a')).toEqual({ orderId: 'a', position: 8, version: 3, view: { seen: 3 } });
  });

  it('counts nothing twice: what a row reflects already is passed over', () => {
    const { rows } = foldBatch(counting, known({ orderId: 'a', position: 1, version: 1, view: { seen: 1 } }), [
      event('a', 1),
    ]);
    expect(rows.size).toBe(0);
  });

  it('takes a row away when the view ends, and brings it back when it begins again', () => {
    const row = { orderId: 'a', position: 0, version: 1, view: { seen: 1 } };
    expect(foldBatch(counting, known(row), [event('a', 2, 'Gone')]).gone).toEqual(['a']);
    const again = foldBatch(counting, known(row), [event('a', 2, 'Gone'), event('a', 3)]);
    expect(again.gone).toEqual([]);
    expect(again.rows.get('a')?.view).toEqual({ seen: 1 });
  });

  it('sets a failing order aside at its last good row, and goes on with the others', () => {
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

  it('passes over orders set aside before', () => {
    expect(foldBatch(counting, known(), [event('a', 1)], new Set(['a'])).rows.size).toBe(0);
  });
});
