import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { eventually } from '../../../../test/support/eventually';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { MacKey } from '#platform/macs';
import { sagaJournal } from '#messaging/sagas';
import { sagaLine } from '../sagas/saga-line';
import { checkJournal } from './journal-check';
import { olderBuildsAlive } from './journal-marks.store';
import { JournalWatch } from './journal-watch.job';
import { lineMac } from './line-mac';

const key = new MacKey(Buffer.alloc(32, 1).toString('base64'));
const journal = sagaJournal('ordering');
const DAY_ONE = '2026-11-20T08:00:00.000000Z';
const DAY_ONE_LATER = '2026-11-20T18:00:00.000000Z';
const DAY_THREE = '2026-11-22T08:00:00.000000Z';

let test: TestDatabase;
let db: Database;

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('ordering');
});
afterEach(() => test.drop());

/** As a build of before writes it. */
const unmarked = (at: string, by: Database = db) =>
  by.query(
    `insert into process_journal (id, name, version, at, heard, message_id, note, asked)
     values ($1, 'checkout', 1, $2, 'placed', gen_random_uuid(), '', '{}')`,
    [randomUUID(), at],
  );

async function marked(at: string): Promise<void> {
  const [id, messageId] = [randomUUID(), randomUUID()];
  const said = { heard: 'placed', messageId, happenedAt: null, attempts: 1, note: '', asked: [], askedKeys: null };
  const line = { name: 'checkout', id, version: 1, ...said, timers: null, handledBy: null, markedAt: at };
  await db.query(
    `insert into process_journal (id, name, version, at, heard, message_id, note, asked, marked_at, mac)
     values ($1, 'checkout', 1, $2, 'placed', $3, '', '{}', $2, $4)`,
    [id, at, messageId, lineMac(key, sagaLine('ordering', line))],
  );
}

const check = (closes = true) => checkJournal(db, key, journal, { closes });
const messages = async (closes = true) => (await check(closes)).findings.map(({ message }) => message);

describe('Lines of before there were MACs', () => {
  beforeEach(async () => {
    await unmarked(DAY_ONE);
    await unmarked(DAY_ONE_LATER);
    await marked(DAY_ONE_LATER);
    await marked(DAY_THREE);
  });

  it('are counted, and signed once nobody writes such lines any more', async () => {
    const before = { lines: 2, through: DAY_ONE_LATER };
    expect(await check(false)).toMatchObject({ ok: true, lines: 4, before: { ...before, signed: false } });
    expect(await check()).toMatchObject({ ok: true, before: { ...before, signed: true } });
    expect(await check(false)).toMatchObject({ ok: true, before: { ...before, signed: true } });
  });

  it('are not added to afterwards, neither with a later time nor with an earlier one', async () => {
    await check();
    await unmarked(DAY_THREE);
    expect(await check()).toMatchObject({ ok: false, found: 1, before: { lines: 2 } });
    await unmarked('-infinity');
    expect(await check()).toMatchObject({ found: 2, before: { lines: 2 } });
    await unmarked(DAY_ONE);
    expect(await messages()).toContain('1 lines without a MAC were added to those of before');
  });

  it('may be gone: a MAC says nothing of another line', async () => {
    await check();
    await test.admin('delete from ordering.process_journal where at = $1', [DAY_ONE]);
    expect(await check()).toMatchObject({ ok: true, lines: 3, before: { lines: 1 } });
  });

  it('are not signed where they were written more than a day after the first line with a MAC', async () => {
    await unmarked(DAY_THREE);
    expect(await check(false)).toMatchObject({ ok: true });
    expect(await check()).toMatchObject({ ok: false, found: 1, before: { lines: 3, signed: false } });
  });
});

describe('What was signed of lines without a MAC', () => {
  beforeEach(async () => {
    await unmarked(DAY_ONE);
    await check();
  });

  it.each([
    ['changed', 'update ordering.journal_marks set lines = 2'],
    ['moved', `update ordering.journal_marks set through = through + interval '1 day'`],
  ])('is not believed where it was %s', async (_, sql) => {
    await test.admin(sql);
    expect(await messages()).toEqual([
      expect.stringContaining('nobody of this shop has signed'),
      'this shop did not write it: it has no MAC',
    ]);
  });

  it('is missed where it is gone, and not signed anew', async () => {
    await test.admin('delete from ordering.journal_marks');
    const gone = ['it is not stored any more how many lines have no MAC', 'this shop did not write it: it has no MAC'];
    expect(await messages()).toEqual(gone);
    expect(await messages()).toEqual(gone);
  });

  it('is not changed by whoever has the rights of the context', async () => {
    const denied = 'permission denied for table journal_marks';
    await expect(db.query('update journal_marks set mac = null')).rejects.toThrow(denied);
    await expect(db.query('delete from journal_marks')).rejects.toThrow(denied);
    await expect(db.query(`insert into journal_marks (journal) values ('other')`)).rejects.toThrow(denied);
    await db.query(`select sign_journal('ordering.process_journal', now(), 9, 'x')`); // the first one counts
    expect(await check()).toMatchObject({ ok: true, before: { lines: 1, signed: true } });
  });
});

describe('The watch over a journal', () => {
  const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
  afterAll(() => log.mockRestore());
  const watch = (closes = true) => new JournalWatch(db, key, journal, async () => closes, () => true); // prettier-ignore

  it('keeps what it found for every process, until all is good again', async () => {
    await check();
    await unmarked(DAY_ONE);
    const [one, other] = [watch(), watch()];
    await one.nightly();
    await other.hear();
    const trouble = expect.stringContaining('ordering.process_journal: line checkout 1: this shop did not write it');
    expect([one.trouble, other.trouble]).toEqual([trouble, trouble]);
    expect(log).toHaveBeenCalledWith({
      message: expect.stringContaining('1 things found'),
      findings: [expect.anything()],
    });
    await test.admin('delete from ordering.process_journal');
    await one.nightly();
    await other.hear();
    expect([one.trouble, other.trouble]).toEqual([undefined, undefined]);
  });

  it('signs soon which lines are of before, and looks at the rest at night', async () => {
    await unmarked(DAY_ONE);
    await watch(false).close();
    expect((await check(false)).before.signed).toBe(false);
    await watch().close();
    expect((await check(false)).before.signed).toBe(true);
    await unmarked(DAY_THREE);
    const later = watch();
    await later.close();
    expect(later.trouble).toBeUndefined();
    await later.nightly();
    expect(later.trouble).toBeDefined();
  });

  it('waits while an older build is alive that the migration found, and for two minutes after it was', async () => {
    const alive = () => olderBuildsAlive(db, 'ordering.process_journal');
    const [older, madeUp] = [randomUUID(), randomUUID()];
    for (const id of [older, madeUp])
      await db.query(`insert into instances (id, number, build, hears) values ($1, 1, 'older', '[]')`, [id]);
    expect(await alive()).toBe(false);
    await test.admin(`update ordering.journal_marks set others = array[$1::uuid]`, [older]);
    expect(await alive()).toBe(true);
    await db.query(`update instances set seen_at = now() - interval '119 seconds'`);
    expect(await alive()).toBe(true);
    await db.query(`update instances set seen_at = now() - interval '121 seconds'`);
    expect(await alive()).toBe(false);
    await db.query(`update instances set seen_at = now() + interval '1 day'`);
    expect(await alive()).toBe(false);
    await db.query(`update instances set seen_at = now()`);
    await test.admin(`update ordering.journal_marks set others_until = now()`);
    expect(await alive()).toBe(false);
    await expect(db.query(`update journal_marks set others = array[$1::uuid]`, [madeUp])).rejects.toThrow('denied');
  });

  it('signs at the start already, where no older build is alive', async () => {
    await watch().onApplicationBootstrap();
    await eventually(async () => expect((await check(false)).before).toMatchObject({ lines: 0, signed: true }));
  });
});
