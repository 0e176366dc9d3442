import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { SealKey } from '#event-store';
import { MacKey } from '#platform/macs';
import { SystemClock } from '#platform/system';
import { eventually } from '../../../../test/support/eventually';
import { ids } from '../../../event-store/src/testing/store';
import { AuditTrail } from './audit-trail.store';
import { verifyAudit } from './chain-check';
import { AuditChain } from './chain.job';
import { AuditVerifications, type VerifyTrail } from './verifications';
import { AuditVerificationRows } from './verifications.store';

let test: TestDatabase;
let db: Database;
let rows: AuditVerificationRows;
const macKey = new MacKey(Buffer.alloc(32, 5).toString('base64'));
const key = new SealKey(Buffer.alloc(32, 4).toString('base64'));

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('audit');
  rows = new AuditVerificationRows(db, macKey);
  for (let n = 0; n < 3; n++)
    await new AuditTrail(db).begin({
      ...{ id: randomUUID(), actor: 'an', role: 'admin', channel: 'api', operation: 'makeThing' },
      ...{ request: 'POST /things', targets: [], reason: null, requestId: null },
    });
  await new AuditChain(db, key, new SystemClock()).extend();
});
afterEach(() => test.drop());

/** A verification that waits until the test calls `finish`. */
function pausedVerification() {
  let finish!: () => void;
  const gate = new Promise<void>((open) => (finish = open));
  const signals: AbortSignal[] = [];
  const verify: VerifyTrail = async (onProgress, signal) => {
    signals.push(signal);
    await Promise.race([gate, new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason as Error)))]); // prettier-ignore
    return verifyAudit(db, key, { onProgress, signal });
  };
  return { finish, signals, newProcess: () => new AuditVerifications(verify, rows, ids) };
}
const connectedClient = () => new AbortController().signal;
const waitUntilRunning = () => eventually(async () => expect(await rows.running()).toBeDefined());

describe('A verification of the audit trail', () => {
  it('runs only once for all requests that wait for it, also for a request in another process', async () => {
    const { finish, signals, newProcess } = pausedVerification();
    const verifications = newProcess();
    const answers = Array.from({ length: 20 }, () => verifications.startOrJoin(5_000, connectedClient()));
    await waitUntilRunning();
    const joins = jest.spyOn(rows, 'running');
    const elsewhere = newProcess().startOrJoin(5_000, connectedClient());
    await eventually(async () => expect(await joins.mock.results[0]?.value).toBeDefined());
    finish();
    const found = await Promise.all([...answers, elsewhere]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
    expect(found.at(-1)).toMatchObject({ state: 'done', result: { valid: true, checked: 3 } });
    expect(signals).toHaveLength(1);
  });

  it('continues after the request got an id instead of the result, and can be found by this id', async () => {
    const { finish, newProcess } = pausedVerification();
    const verifications = newProcess();
    const leavingClient = new AbortController();
    const { id, state, result } = await verifications.startOrJoin(20, leavingClient.signal);
    expect([state, result]).toEqual(['running', null]);
    expect(await newProcess().startOrJoin(20, connectedClient())).toMatchObject({ id, state: 'running' });
    leavingClient.abort();
    finish();
    await eventually(async () =>
      expect(await verifications.find(id)).toMatchObject({ state: 'done', result: { valid: true } }),
    );
  });

  it('stops when all waiting clients have disconnected, not earlier', async () => {
    const { signals, newProcess } = pausedVerification();
    const verifications = newProcess();
    const clients = [new AbortController(), new AbortController()];
    const answers = clients.map(({ signal }) => verifications.startOrJoin(5_000, signal));
    await waitUntilRunning();
    await eventually(() => expect(signals).toHaveLength(1));
    clients[0].abort();
    await expect(answers[0]).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(signals[0].aborted).toBe(false);
    clients[1].abort();
    await expect(answers[1]).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await eventually(async () => expect(await rows.running()).toBeUndefined());
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('can be stopped between two pages', async () => {
    const stop = new AbortController();
    const verification = verifyAudit(db, key, {
      onProgress: () => stop.abort(new Error('enough')),
      signal: stop.signal,
    });
    await expect(verification).rejects.toThrow('enough');
  });

  it('starts again if the process that was verifying has ended', async () => {
    const { finish, newProcess } = pausedVerification();
    await rows.begin(ids.next());
    await test.admin(`update audit.verifications set heard_at = now() - interval '2 minutes'`);
    finish();
    expect(await newProcess().startOrJoin(5_000, connectedClient())).toMatchObject({
      state: 'done',
      result: { valid: true },
    });
  });

  it.each([
    ['a time in the future', `heard_at = 'infinity'`],
    ['a start more than a day ago', `started_at = now() - interval '2 days', heard_at = now()`],
    ['a result already', `result = '{"valid": true, "checked": 3}'`],
    ['no MAC', `mac = null`],
  ])('starts again if the row of the running verification has %s', async (_, change) => {
    const { finish, newProcess } = pausedVerification();
    const { id } = (await rows.begin(ids.next()))!;
    await test.admin(`set role shop_audit; update audit.verifications set ${change}`);
    finish();
    const done = await newProcess().startOrJoin(5_000, connectedClient());
    expect(done).toMatchObject({ state: 'done', result: { valid: true } });
    expect(done.id).not.toBe(id);
  });

  it('returns its result even if its row was deleted', async () => {
    const { finish, newProcess } = pausedVerification();
    const answer = newProcess().startOrJoin(5_000, connectedClient());
    await waitUntilRunning();
    await test.admin('set role shop_audit; delete from audit.verifications');
    finish();
    expect(await answer).toMatchObject({ state: 'done', result: { valid: true, checked: 3 } });
  });

  it('uses no row that the database role of the trail has added or changed', async () => {
    const { finish, newProcess } = pausedVerification();
    const added = ids.next();
    await test.admin(`set role shop_audit; insert into audit.verifications (id) values ('${added}')`);
    expect(await rows.running()).toBeUndefined();
    expect(await rows.find(added)).toMatchObject({ state: 'stopped', result: null });
    finish();
    await test.admin(`do $$ begin set local session_replication_role = replica;
      delete from audit.entries where id = (select max(id::text)::uuid from audit.entries); end $$`);
    const { id, result } = await newProcess().startOrJoin(5_000, connectedClient());
    expect(result).toMatchObject({ valid: false });
    const forged = [`'{"valid": true, "checked": 3}'`, `('[' || repeat('[', 5000) || repeat(']', 5000) || ']')::jsonb`];
    for (const value of forged) {
      await test.admin(`set role shop_audit; update audit.verifications set state = 'done', result = ${value}`);
      for (const one of [id, added])
        expect(await newProcess().find(one)).toMatchObject({ state: 'stopped', result: null });
    }
  });
});
