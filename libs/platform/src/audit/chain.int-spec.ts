import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { SealKey } from '#event-store';
import { SystemClock } from '#platform/system';
import { AuditTrail } from './audit-trail.store';
import { verifyAudit } from './chain-check';
import { AuditChain } from './chain.job';

let test: TestDatabase;
let db: Database;
let trail: AuditTrail;
const key = new SealKey(Buffer.alloc(32, 4).toString('base64'));
const chainOn = (database: Database) => new AuditChain(database, key, new SystemClock());

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('audit');
  trail = new AuditTrail(db);
});
afterEach(() => test.drop());

async function writeEntries(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const id = randomUUID();
    await trail.begin({
      ...{ id, actor: randomUUID(), role: 'admin', channel: 'api', operation: 'makeThing', request: 'POST /things' },
      ...{ targets: ['thing-1', `thing-${n}`], reason: n % 2 ? null : 'we need "one" ☕', requestId: null },
    });
    await trail.end(id, { status: 201, code: null, made: `thing-${n}` });
  }
}

/** Writes and seals 3 lines, and then 2 lines, each with its outcome. */
async function writeAndSeal(): Promise<void> {
  for (const count of [3, 2]) {
    await writeEntries(count);
    await chainOn(db).extend();
  }
}

const tamper = (sql: string) =>
  test.admin(`do $$ begin set local session_replication_role = replica; set local search_path = audit; ${sql}; end $$`);
const entryAt = (position: number) => `(select row_id from chain where position = ${position})`;

describe('The chain of the audit trail', () => {
  it('has a place for every line and every outcome, and is sealed', async () => {
    await writeAndSeal();
    expect(await verifyAudit(db, key)).toEqual({
      ...{ valid: true, checked: 10, sealedThrough: 10, firstBadPosition: null, reason: null },
    });
    expect(await chainOn(db).extend()).toBe(0);
    const [{ seals }] = await test.admin<{ seals: number }>('select count(*)::int as seals from audit.seals');
    expect(seals).toBe(2);
  });

  it('stays one chain, even if several processes extend it at once', async () => {
    await writeEntries(40);
    await Promise.all([chainOn(db).extend(), chainOn(test.of('audit')).extend(), chainOn(db).extend()]);
    await chainOn(db).extend();
    expect(await verifyAudit(db, key)).toMatchObject({ valid: true, checked: 80, sealedThrough: 80 });
  });

  it.each([
    ['a line deleted', `delete from entries where id = ${entryAt(1)}`, 'is gone'],
    [
      'an outcome deleted',
      `delete from outcomes where entry_id in (select row_id from chain where kind = 'outcome')`,
      'is gone',
    ],
    ['a line changed', `update entries set actor = 'somebody else'`, 'not what was written'],
    ['an outcome changed', `update outcomes set status = 403`, 'not what was written'],
    ['a time changed', `update entries set at = at + interval '1 microsecond'`, 'not what was written'],
    ['a place deleted', `delete from chain where position = 2`, 'is missing'],
    ['the end removed', `delete from chain where position > 8`, 'ends at 8'],
    ['a seal deleted', `delete from seals where position = 6`, 'is missing'],
    ['a seal forged', `update seals set signature = decode(repeat('00', 64), 'hex')`, 'our signature'],
    [
      'a line added without a place',
      `insert into entries (id, at, actor, role, channel, operation, request, targets)
      values (gen_random_uuid(), now() - interval '1 hour', 'a', 'admin', 'api', 'o', 'r', '{}')`,
      'no place',
    ],
  ])('does not pass the verification with %s', async (_, sql, reason) => {
    await writeAndSeal();
    await tamper(sql);
    expect(await verifyAudit(db, key)).toMatchObject({ valid: false, reason: expect.stringContaining(reason) });
  });

  it('is not valid if it was signed with another key', async () => {
    await writeAndSeal();
    const other = new SealKey(Buffer.alloc(32, 5).toString('base64'));
    expect(await verifyAudit(db, other)).toMatchObject({ valid: false, reason: expect.stringContaining('signature') });
  });

  it('can be written only through its functions', async () => {
    await writeAndSeal();
    const chain = `insert into chain (position, kind, row_id, hash) values (11, 'entry', gen_random_uuid(), decode(repeat('00', 32), 'hex'))`;
    const seal = `insert into seals (position, after, hash, key_id, signature, sealed_at) values (99, 10, '', '', '', now())`;
    for (const sql of [chain, seal, 'delete from chain', 'update seals set after = 0'])
      await expect(db.query(sql)).rejects.toMatchObject({ code: '42501' });
  });
});
