import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import type { Database } from '#database';
import { SealKey } from '#event-store';
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
const key = new SealKey(Buffer.alloc(32, 4).toString('base64'));

beforeEach(async () => {
  test = await testDatabase();
  db = test.of('audit');
  rows = new AuditVerificationRows(db);
  for (let n = 0; n < 3; n++)
    await new AuditTrail(db).begin({
      ...{ id: randomUUID(), actor: 'an', role: 'admin', channel: 'api', operation: 'makeThing' },
      ...{ request: 'POST /things', targets: [], reason: null, requestId: null },
    });
  await new AuditChain(db, key, new SystemClock()).extend();
});
afterEach(() => test.drop());

/** The trail takes as long to verify as the test wants. */
function slowly() {
  let go!: () => void;
  const gate = new Promise<void>((open) => (go = open));
  const walks: AbortSignal[] = [];
  const verify: VerifyTrail = async (onProgress, signal) => {
    walks.push(signal);
    await Promise.race([gate, new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason as Error)))]); // prettier-ignore
    return verifyAudit(db, key, { onProgress, signal });
  };
  return { go, walks, onProcess: () => new AuditVerifications(verify, rows, ids) };
}
const stays = () => new AbortController().signal;
const begun = () => eventually(async () => expect(await rows.running()).toBeDefined());

describe('A verification of the audit trail', () => {
  it('is one for all who ask, also of another process', async () => {
    const { go, walks, onProcess } = slowly();
    const desk = onProcess();
    const asked = Array.from({ length: 20 }, () => desk.startOrJoin(5_000, stays()));
    await begun();
    const elsewhere = onProcess().startOrJoin(5_000, stays());
    go();
    const found = await Promise.all([...asked, elsewhere]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
    expect(found.at(-1)).toMatchObject({ state: 'done', result: { valid: true, checked: 3 } });
    expect(walks).toHaveLength(1);
  });

  it('goes on after the answer that it takes longer, and is found by its id', async () => {
    const { go, onProcess } = slowly();
    const desk = onProcess();
    const leaving = new AbortController();
    const { id, state, result } = await desk.startOrJoin(20, leaving.signal);
    expect([state, result]).toEqual(['running', null]);
    expect(await onProcess().startOrJoin(20, stays())).toMatchObject({ id, state: 'running' });
    leaving.abort();
    go();
    await eventually(async () => expect(await desk.find(id)).toMatchObject({ state: 'done', result: { valid: true } }));
  });

  it('ends when all have left who waited for it, and not before', async () => {
    const { walks, onProcess } = slowly();
    const desk = onProcess();
    const clients = [new AbortController(), new AbortController()];
    const asked = clients.map(({ signal }) => desk.startOrJoin(5_000, signal));
    await begun();
    await eventually(() => expect(walks).toHaveLength(1));
    clients[0].abort();
    await expect(asked[0]).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(walks[0].aborted).toBe(false);
    clients[1].abort();
    await expect(asked[1]).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await eventually(async () => expect(await rows.running()).toBeUndefined());
    expect(walks.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('is ended between two pages', async () => {
    const stop = new AbortController();
    const walk = verifyAudit(db, key, { onProgress: () => stop.abort(new Error('enough')), signal: stop.signal });
    await expect(walk).rejects.toThrow('enough');
  });

  it('begins anew where the process that was at it has ended', async () => {
    const { go, onProcess } = slowly();
    await rows.begin(ids.next());
    await test.admin(`update audit.verifications set heard_at = now() - interval '2 minutes'`);
    go();
    expect(await onProcess().startOrJoin(5_000, stays())).toMatchObject({ state: 'done', result: { valid: true } });
  });
});
