import { derivedId, type Uuid } from '#kernel';
import { completeLines, type JournalRow } from './journal';

const begun = '01890a5d-ac96-774b-bcce-b302099a8057' as Uuid;
const row = (over: Partial<JournalRow>): JournalRow => ({
  ...{ saga: 'checkout', version: 1, at: new Date('2026-11-28T10:00:00.000Z'), heard: 'a.begun.v1' },
  ...{ messageId: begun, happenedAt: null, attempts: 1, note: '', asked: [], askedKeys: null, timers: null },
  handledBy: 7,
  ...over,
});
const fires = row({ version: 2, messageId: derivedId(begun, 'checkout', 0), at: new Date('2026-11-28T10:15:01.000Z') });

describe('The journal', () => {
  it('shows when a timer is due, and that it fired, if its time is stored in seconds', () => {
    const lines = completeLines([row({ timers: [{ name: 'overdue', afterSeconds: 900 }] }), fires]);
    expect(lines[0].timers).toEqual([{ name: 'overdue', dueAt: '2026-11-28T10:15:00.000Z' }]);
    expect(lines[1].fired).toEqual({ name: 'overdue', dueAt: '2026-11-28T10:15:00.000Z' });
  });

  it('shows the same if an older line stores the time at which the timer is due', () => {
    const lines = completeLines([row({ timers: [{ name: 'overdue', dueAt: '2026-11-28T10:14:59.000Z' }] }), fires]);
    expect(lines[0].timers).toEqual([{ name: 'overdue', dueAt: '2026-11-28T10:14:59.000Z' }]);
    expect(lines[1].fired).toEqual({ name: 'overdue', dueAt: '2026-11-28T10:14:59.000Z' });
  });

  it('shows a cancelled timer without a due time, in both forms', () => {
    const [line] = completeLines([
      row({
        timers: [
          { name: 'overdue', afterSeconds: null },
          { name: 'waits', dueAt: null },
        ],
      }),
    ]);
    expect(line.timers).toEqual([
      { name: 'overdue', dueAt: null },
      { name: 'waits', dueAt: null },
    ]);
  });
});
