import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { SealKey } from '#event-store';
import { SystemClock } from '#platform/system';
import { AuditTrail, auditSql } from './audit-trail.store';
import { verifyAudit } from './chain-check';
import { AuditTrailHealth, AuditWatch } from './chain-watch';
import { AuditChain } from './chain.job';

let test: TestDatabase;
let db: Database;
let trail: AuditTrail;
const key = new SealKey(Buffer.alloc(32, 4).toString('base64'));

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('audit');
  trail = new AuditTrail(db);
});
afterEach(() => test.drop());

const chainOn = (database: Database, lateMs?: number) =>
  new AuditChain(database, key, new SystemClock(), new AuditWatch(database, key), lateMs);

async function writeEntries(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const id = randomUUID();
    await trail.begin({
      ...{ id, actor: 'an', role: 'admin', channel: 'api', operation: 'makeThing', request: 'POST /things' },
      ...{ targets: ['thing-1'], reason: null, requestId: null },
    });
    await trail.end(id, { status: 201, code: null, made: null });
  }
}

const entry = (at: string, id = randomUUID()) =>
  `insert into audit.entries (id, at, actor, role, channel, operation, request, targets)
   values ('${id}', ${at}, 'a', 'admin', 'api', 'o', 'r', '{}')`;
const outcome = (at: string, id = randomUUID()) =>
  `insert into audit.outcomes (entry_id, at, status) values ('${id}', ${at}, 200)`;
const dropTimeChecks = () =>
  test.admin(`alter table audit.entries drop constraint entries_time;
    alter table audit.outcomes drop constraint outcomes_time`);
const validVerdict = (checked: number) => ({ valid: true, checked, sealedThrough: checked, reason: null });
const withoutErrorOutput = async (work: () => Promise<void>) => {
  const errors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  await work().finally(() => errors.mockRestore());
};

describe('Waiting lines of the audit trail', () => {
  it('always get the time of the database', async () => {
    for (const sql of [entry(`'2100-01-01'`), outcome(`'2020-01-01'`)])
      await expect(db.query(sql)).rejects.toMatchObject({ code: '42501' });
    for (const at of [`'infinity'`, `'-infinity'`, `'20000-01-01'`]) {
      await expect(test.admin(entry(at))).rejects.toMatchObject({ code: '23514' });
      await expect(test.admin(outcome(at))).rejects.toMatchObject({ code: '23514' });
    }
  });

  it('get their places in the order of arrival, not in the order of their times', async () => {
    const chain = chainOn(db);
    await writeEntries(1);
    await chain.extend();
    await test.admin(entry(`'2100-01-01'`));
    await chain.extend();
    await writeEntries(2);
    await test.admin(entry(`now() - interval '1 day'`));
    await test.admin(outcome(`now() - interval '1 day'`));
    expect(await chain.extend()).toBe(6);
    expect(await verifyAudit(db, key)).toMatchObject(validVerdict(9));
  });

  it('get a place and are listed even if their time is infinite or too late for the API', async () => {
    await dropTimeChecks();
    for (const at of [`'infinity'`, `'-infinity'`, `'294000-01-01'`]) {
      await test.admin(entry(at));
      await test.admin(outcome(at));
    }
    await writeEntries(1);
    expect(await chainOn(db).extend()).toBe(8);
    expect(await verifyAudit(db, key)).toMatchObject(validVerdict(8));
    const rows = await db.query<{ at: Date }>(...auditSql({}, 10));
    expect(rows.map(({ at }) => at.toISOString().length)).toEqual([24, 24, 24, 24]);
  });

  it('do not wait for a line that cannot get a place; the fault names this line', async () => {
    await writeEntries(3);
    const gone = randomUUID();
    await test.admin(entry('now()', gone));
    await test.admin(`do $$ begin set local session_replication_role = replica;
      delete from audit.entries where id = '${gone}'; end $$`);
    const refused = randomUUID();
    await test.admin(entry('now()', refused));
    await test.admin(`alter table audit.chain add check (row_id <> '${refused}')`);
    await writeEntries(2);
    const chain = chainOn(db);
    await withoutErrorOutput(() => chain.tick());
    expect(await verifyAudit(db, key)).toMatchObject(validVerdict(10));
    expect(chain.fault).toContain(`the entry ${gone} has no place in the chain of the audit trail: it is gone (and 1 more like it)`); // prettier-ignore
    await expect(new AuditTrailHealth(() => chain.fault).check()).rejects.toThrow(gone);
    expect(await verifyAudit(db, key, { findOtherFault: async () => chain.fault })).toMatchObject({ valid: false });
    await writeEntries(1);
    expect(await chain.extend()).toBe(2);
  });

  it('make a verification fail if they have waited too long, and so do waiting outcomes', async () => {
    await writeEntries(1);
    const chain = chainOn(db);
    await chain.extend();
    await test.admin(outcome(`now() - interval '1 day'`));
    await test.admin(`update audit.waiting set since = now() - interval '11 minutes'`);
    expect(await verifyAudit(db, key)).toMatchObject({ valid: false, reason: expect.stringContaining('the outcome') });
    await chain.extend();
    expect(await verifyAudit(db, key)).toMatchObject(validVerdict(3));
  });

  it('are reported by a process that cannot give them places, until they get their places', async () => {
    const chain = chainOn(db, 0);
    await chain.tick();
    expect(chain.fault).toBeUndefined();
    await test.admin('revoke execute on function audit.chain_rows from shop_audit');
    await writeEntries(1);
    await withoutErrorOutput(async () => {
      await chain.tick();
      await chain.tick();
    });
    expect(chain.fault).toMatch(/^2 lines of the audit trail have waited .*permission denied/);
    await test.admin('grant execute on function audit.chain_rows to shop_audit');
    await chain.tick();
    await chain.tick();
    expect(chain.fault).toBeUndefined();
    expect(await verifyAudit(db, key)).toMatchObject(validVerdict(2));
  });

  it('are in a table that the shop can only read, and a row outside this table gets no place', async () => {
    await writeEntries(1);
    for (const sql of ['delete from waiting', `insert into waiting (kind, row_id) values ('entry', gen_random_uuid())`])
      await expect(db.query(sql)).rejects.toMatchObject({ code: '42501' });
    const [{ added }] = await db.query<{ added: boolean }>(
      `select chain_rows('{entry}', array[gen_random_uuid()], array[repeat('00', 32)], 0) as added`,
    );
    expect(added).toBe(false);
    expect(await chainOn(db).extend()).toBe(2);
  });
});
