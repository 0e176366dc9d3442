import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { eventually } from '../../../../test/support/eventually';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { MacKey } from '#platform/macs';
import { sagaJournal } from '#messaging/sagas';
import { macContentOf } from '../sagas/saga-line';
import { checkJournal } from './journal-check';
import { areOlderBuildsAlive } from './journal-marks.store';
import { JournalWatch } from './journal-watch.job';
import { lineMac } from './line-mac';
import { markMemory } from './mark-memory';

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

/** Writes a line without a MAC, like a build from before the MACs were introduced. */
const writeWithoutMac = (at: string, by: Database = db) =>
  by.query(
    `insert into process_journal (id, name, version, at, heard, message_id, note, asked)
     values ($1, 'checkout', 1, $2, 'placed', gen_random_uuid(), '', '{}')`,
    [randomUUID(), at],
  );

async function writeWithMac(at: string): Promise<void> {
  const [id, messageId] = [randomUUID(), randomUUID()];
  const content = { heard: 'placed', messageId, happenedAt: null, attempts: 1, note: '', asked: [], askedKeys: null };
  const line = { name: 'checkout', id, version: 1, ...content, timers: null, handledBy: null, markedAt: at };
  await db.query(
    `insert into process_journal (id, name, version, at, heard, message_id, note, asked, marked_at, mac)
     values ($1, 'checkout', 1, $2, 'placed', $3, '', '{}', $2, $4)`,
    [id, at, messageId, lineMac(key, macContentOf('ordering', line))],
  );
}

const check = (maySign = true) => checkJournal(db, key, journal, { maySign });
const findMessages = async () => (await check()).findings.map(({ message }) => message);

describe('Lines from before the MACs were introduced', () => {
  beforeEach(async () => {
    await writeWithoutMac(DAY_ONE);
    await writeWithoutMac(DAY_ONE_LATER);
    await writeWithMac(DAY_ONE_LATER);
    await writeWithMac(DAY_THREE);
  });

  it('are counted, and their number is signed when no older build is alive', async () => {
    const before = { lines: 2, through: DAY_ONE_LATER };
    expect(await check(false)).toMatchObject({ ok: true, lines: 4, before: { ...before, signed: false } });
    expect(await check()).toMatchObject({ ok: true, before: { ...before, signed: true } });
    expect(await check(false)).toMatchObject({ ok: true, before: { ...before, signed: true } });
  });

  it('must not become more after the signature: a later or earlier line is a finding', async () => {
    await check();
    await writeWithoutMac(DAY_THREE);
    expect(await check()).toMatchObject({ ok: false, found: 1, before: { lines: 2 } });
    await writeWithoutMac('-infinity');
    expect(await check()).toMatchObject({ found: 2, before: { lines: 2 } });
    await writeWithoutMac(DAY_ONE);
    expect(await findMessages()).toContain('lines without a MAC were added after their number was signed: 1');
  });

  it('can be deleted without a finding, because a MAC covers one line only', async () => {
    await check();
    await test.admin('delete from ordering.process_journal where at = $1', [DAY_ONE]);
    expect(await check()).toMatchObject({ ok: true, lines: 3, before: { lines: 1 } });
  });

  it('are not signed if one was written more than a day after the first line with a MAC', async () => {
    await writeWithoutMac(DAY_THREE);
    expect(await check(false)).toMatchObject({ ok: true });
    expect(await check()).toMatchObject({ ok: false, found: 1, before: { lines: 3, signed: false } });
  });
});

describe('The signed number of lines without a MAC', () => {
  beforeEach(async () => {
    await writeWithoutMac(DAY_ONE);
    await check();
  });

  it.each([
    ['changed', 'update ordering.journal_marks set lines = 2'],
    ['moved', `update ordering.journal_marks set through = through + interval '1 day'`],
  ])('is a finding after it was %s', async (_, sql) => {
    await test.admin(sql);
    expect(await findMessages()).toEqual([
      expect.stringContaining('its signature is wrong'),
      'it has no MAC: this shop did not write it',
    ]);
  });

  it('is a finding when it is missing, and is not signed again', async () => {
    await test.admin('delete from ordering.journal_marks');
    const expected = [
      'the row in journal_marks is missing: it says how many lines have no MAC',
      'it has no MAC: this shop did not write it',
    ];
    expect(await findMessages()).toEqual(expected);
    expect(await findMessages()).toEqual(expected);
  });

  it('cannot be changed with the rights of the context', async () => {
    const denied = 'permission denied for table journal_marks';
    await expect(db.query('update journal_marks set mac = null')).rejects.toThrow(denied);
    await expect(db.query('delete from journal_marks')).rejects.toThrow(denied);
    await expect(db.query(`insert into journal_marks (journal) values ('other')`)).rejects.toThrow(denied);
    await db.query(`select sign_journal('ordering.process_journal', now(), 9, 'x')`); // ignored: it is signed already
    expect(await check()).toMatchObject({ ok: true, before: { lines: 1, signed: true } });
  });
});

describe('The number of lines without a MAC that is remembered outside of the database', () => {
  const removeMacs = () =>
    test.admin(`do $$ begin set local session_replication_role = replica;
      update ordering.process_journal set mac = null;
      update ordering.journal_marks set mac = null, through = null, lines = null; end $$`);
  const signedLines = async () =>
    (await db.query<{ lines: number }>('select lines from journal_marks where mac is not null'))[0]?.lines;

  it('is the largest number that is ever signed, even if all MACs are removed', async () => {
    const memory = markMemory();
    const checkWith = () => checkJournal(db, key, journal, { maySign: true, memory });
    await writeWithoutMac(DAY_ONE);
    await writeWithMac(DAY_ONE_LATER);
    await writeWithMac(DAY_THREE);
    expect(await checkWith()).toMatchObject({ ok: true, before: { lines: 1, signed: true } });
    await removeMacs();
    expect(await checkWith()).toMatchObject({ ok: false, found: 2, before: { lines: 1 } });
    expect(await signedLines()).toBe(1);
    expect(await checkWith()).toMatchObject({ ok: false, found: 2 });
    expect(await check()).toMatchObject({ ok: false, found: 2 }); // another process reads what was signed
  });

  it('is signed again after an older backup was restored, and a larger one is a finding', async () => {
    const memory = markMemory();
    const checkWith = () => checkJournal(db, key, journal, { maySign: true, memory });
    await writeWithoutMac(DAY_ONE);
    await checkWith();
    await test.admin('update ordering.journal_marks set mac = null');
    expect(await checkWith()).toMatchObject({ ok: true, before: { lines: 1, signed: true } });
    await removeMacs();
    await writeWithoutMac(DAY_ONE_LATER);
    await check(); // a process that remembers nothing signs two lines
    expect(await signedLines()).toBe(2);
    expect((await checkWith()).findings.map(({ message }) => message)).toEqual([
      'journal_marks says that 2 lines have no MAC, but only 1 had none',
      'it has no MAC: this shop did not write it',
    ]);
  });

  it('is remembered at the start, if it is signed already', async () => {
    await writeWithMac(DAY_ONE);
    await check();
    const memory = markMemory();
    const watch = new JournalWatch(db, key, journal, async () => true, () => true, undefined, memory); // prettier-ignore
    await watch.onApplicationBootstrap();
    await eventually(async () => expect(await memory.read()).toEqual({ lines: 0, through: null }));
    await removeMacs();
    await watch.checkUntilSigned();
    expect(watch.problem).toContain('it has no MAC');
  });
});

describe('The watch of a journal', () => {
  const logError = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
  afterAll(() => logError.mockRestore());
  const watch = (maySign = true) => new JournalWatch(db, key, journal, async () => maySign, () => true); // prettier-ignore

  it('shows its finding in every process, until the journal is good again', async () => {
    await check();
    await writeWithoutMac(DAY_ONE);
    const [one, other] = [watch(), watch()];
    await one.checkNightly();
    await other.readLastVerdict();
    const problem = expect.stringContaining('ordering.process_journal: line checkout 1: it has no MAC');
    expect([one.problem, other.problem]).toEqual([problem, problem]);
    expect(logError).toHaveBeenCalledWith({
      message: expect.stringContaining('1 findings'),
      findings: [expect.anything()],
    });
    await test.admin('delete from ordering.process_journal');
    await one.checkNightly();
    await other.readLastVerdict();
    expect([one.problem, other.problem]).toEqual([undefined, undefined]);
  });

  it('shows its finding even if the role of the shop deletes or changes the stored result', async () => {
    await check();
    const [one, other, late] = [watch(), watch(), watch()];
    await one.checkNightly();
    const [good] = await db.query<{ result: object; mac: Buffer; checked_at: string }>(
      'select result, mac, checked_at::text from journal_checks',
    );
    await writeWithoutMac(DAY_ONE);
    await one.checkNightly();
    await other.readLastVerdict();
    const changes: [string, unknown[]][] = [
      [`update journal_checks set result = $1, checked_at = now() + interval '1 day'`, [JSON.stringify(good.result)]],
      [`update journal_checks set result = $1, mac = $2, checked_at = $3::timestamptz`, [JSON.stringify(good.result), good.mac, good.checked_at]],
      ['delete from journal_checks', []],
    ]; // prettier-ignore
    for (const [sql, values] of changes) {
      await db.query(sql, values);
      for (const process of [one, other]) {
        await process.readLastVerdict();
        expect(process.problem).toContain('it has no MAC');
      }
    }
    await late.readLastVerdict();
    expect(late.problem).toBeUndefined(); // it has never seen the result, and it has no file
  });

  it('signs the number of old lines soon, and checks all lines at night', async () => {
    await writeWithoutMac(DAY_ONE);
    await watch(false).checkUntilSigned();
    expect((await check(false)).before.signed).toBe(false);
    await watch().checkUntilSigned();
    expect((await check(false)).before.signed).toBe(true);
    await writeWithoutMac(DAY_THREE);
    const later = watch();
    await later.checkUntilSigned();
    expect(later.problem).toBeUndefined();
    await later.checkNightly();
    expect(later.problem).toBeDefined();
  });

  it('does not sign while a build from before the migration is alive, and for two minutes after its end', async () => {
    const alive = () => areOlderBuildsAlive(db, 'ordering.process_journal');
    const [older, forged] = [randomUUID(), randomUUID()];
    for (const id of [older, forged])
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
    await expect(db.query(`update journal_marks set others = array[$1::uuid]`, [forged])).rejects.toThrow('denied');
  });

  it('signs at the start if no older build is alive', async () => {
    await watch().onApplicationBootstrap();
    await eventually(async () => expect((await check(false)).before).toMatchObject({ lines: 0, signed: true }));
  });
});
