import { register } from 'prom-client';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { happening, ids, macKey, storeOn } from '../testing/store';
import { Verifications } from './verifications';
import { VerificationRows } from './verifications.store';
import type { StreamDatabase } from '../streams/stream-database';
import { streamsIn } from '../testing/tables';

let test: TestDatabase;
let db: StreamDatabase;
let shop: ReturnType<typeof storeOn>;

beforeEach(async () => {
  test = await testDatabase();
  db = streamsIn(test.of('ordering'));
  shop = storeOn(db);
  const run = await shop.sequencer.begin();
  for (let n = 0; n < 6; n++) {
    await shop.store.append(happening(ids.next(), 0, [{ n }]));
    await run();
  }
  await shop.sealer.seal(6);
});
afterEach(() => test.drop());

const openProcess = () => new Verifications(shop.store, new VerificationRows(db, macKey), ids, () => true);
const waitUntilEnded = (verifications: Verifications) =>
  eventually(async () => expect(await verifications.rows.findRunning()).toBeUndefined());
const neverGone = () => new AbortController().signal;
const change = (value: number) =>
  test.admin(`do $$ begin set local session_replication_role = replica;
    update ordering.order_events set event_data = '{"n": ${value}}'
      where id in (select event_id from ordering.order_log where position in (2, 4)); end $$`);

/** Makes each verification wait until the returned function is called. */
function delayVerification() {
  let letVerify!: () => void;
  const gate = new Promise<void>((open) => (letVerify = open));
  const verify = shop.store.verify.bind(shop.store);
  jest.spyOn(shop.store, 'verify').mockImplementation(async (from, to, progress, signal) => {
    await Promise.race([
      gate,
      new Promise((_, stop) => signal?.addEventListener('abort', () => stop(signal.reason as Error))),
    ]);
    return verify(from, to, progress, signal);
  });
  return letVerify;
}

describe('A verification', () => {
  it('stores and reports all findings, and `trouble` names one of them until the whole log is verified without findings', async () => {
    const verifications = openProcess();
    const [{ n: second }, { n: fourth }] = (await shop.store.readLog(0, 6))
      .filter(({ position }) => position === 2 || position === 4)
      .map(({ data }) => data as { n: number });
    expect([second, fourth]).toEqual([1, 3]);
    await change(99);
    const { id, result } = await verifications.ask(1, undefined, 5_000, neverGone());
    const bad = (position: number) => expect.objectContaining({ finding: 'altered', position, orderId: expect.any(String), eventId: expect.any(String) }); // prettier-ignore
    expect(result).toMatchObject({ ok: false, found: 2, events: 6, findings: [bad(2), bad(4)] });
    expect((await verifications.find(id))!.result).toEqual(result);
    const other = openProcess();
    await other.readStoredResults();
    expect(other.trouble).toContain('position 2');
    await test.admin(`do $$ begin set local session_replication_role = replica;
      update ordering.order_events e set event_data = jsonb_build_object('n', l.position - 1)
      from ordering.order_log l where l.event_id = e.id; end $$`);
    expect((await verifications.ask(1, 3, 5_000, neverGone())).result!.ok).toBe(true);
    expect(verifications.trouble).toBeDefined(); // only a part of the log was verified
    await verifications.verifyAll();
    expect(verifications.trouble).toBeUndefined();
  });

  it('is shared by requests for the same range, and refuses a request for another range', async () => {
    const verifications = openProcess();
    const letVerify = delayVerification();
    const asked = [
      verifications.ask(1, undefined, 5_000, neverGone()),
      verifications.ask(1, undefined, 5_000, neverGone()),
    ];
    await eventually(async () => expect(await verifications.rows.findRunning()).toBeDefined());
    await expect(verifications.ask(2, 3, 5_000, neverGone())).rejects.toMatchObject({ code: 'VERIFY_RUNNING' });
    await expect(openProcess().ask(2, 3, 5_000, neverGone())).rejects.toMatchObject({ code: 'VERIFY_RUNNING' });
    expect(await openProcess().ask(1, undefined, 5_000, neverGone())).toMatchObject({ state: 'running' });
    letVerify();
    const [one, other] = await Promise.all(asked);
    expect(one.id).toBe(other.id);
    expect(one.result!.ok).toBe(true);
  });

  it('continues after the request got a response without a result, and can be found by its id', async () => {
    const verifications = openProcess();
    const letVerify = delayVerification();
    const leaving = new AbortController();
    const { id, state } = await verifications.ask(1, undefined, 20, leaving.signal);
    expect(state).toBe('running');
    leaving.abort(new Error('gone'));
    letVerify();
    await waitUntilEnded(verifications);
    expect(await verifications.find(id)).toMatchObject({ state: 'done', result: { ok: true } });
  });

  it('is stopped when no caller waits for it any more', async () => {
    const verifications = openProcess();
    delayVerification();
    const leaving = new AbortController();
    const asked = verifications.ask(1, undefined, 5_000, leaving.signal);
    await eventually(async () => expect(await verifications.rows.findRunning()).toBeDefined());
    leaving.abort(new Error('gone'));
    await expect(asked).rejects.toThrow('gone');
    await waitUntilEnded(verifications);
    expect(await verifications.rows.recent(5)).toMatchObject([{ state: 'stopped', result: null }]);
  });

  it('of the end of the log begins after the last verified seal', async () => {
    const verifications = openProcess();
    await verifications.verifyAll();
    expect(await verifications.rows.findLastGoodPosition()).toBe(6);
    await verifications.verifyTail();
    expect(await verifications.rows.recent(5)).toMatchObject([{ cause: 'nightly' }]);
    const run = await shop.sequencer.begin();
    await shop.store.append(happening(ids.next(), 0));
    await run();
    await verifications.verifyTail();
    expect(await verifications.rows.recent(5)).toMatchObject([
      { cause: 'tail', from: 7, state: 'done' },
      { cause: 'nightly' },
    ]);
  });

  it('that ended with an error is reported until a verification of the whole range succeeds', async () => {
    const verifications = openProcess();
    const verify = jest.spyOn(shop.store, 'verify').mockRejectedValueOnce(new Error('no such file'));
    await verifications.verifyAll();
    const failed = async () => (await register.getSingleMetric('shop_log_verification_failed')!.get()).values[0].value;
    expect([verifications.failure, await failed()]).toEqual(['The log could not be verified: no such file', 1]);
    verify.mockRestore();
    await verifications.ask(2, undefined, 5_000, neverGone());
    expect([verifications.failure === undefined, await failed()]).toEqual([false, 1]); // only a part of the log was verified
    await verifications.verifyAll();
    expect([verifications.failure, await failed()]).toEqual([undefined, 0]);
  });
});

describe('A stored verification result', () => {
  const good = (through: number) => ({ ok: true, from: 1, to: through, sealedThrough: through, events: through });
  const write = (result: object, started = 'now()', state = 'done', heard = 'now()') =>
    db.query<{ id: string }>(
      `insert into order_verifications (id, cause, state, from_position, started_at, heard_at, result)
       values (gen_random_uuid(), 'nightly', $1, 1, ${started}, ${heard}, $2) returning id`,
      [state, JSON.stringify(result)],
    );

  it('does not count if the role of the shop wrote it without the MAC', async () => {
    const verifications = openProcess();
    await change(99);
    await verifications.verifyAll();
    expect(verifications.trouble).toContain('position 2');
    const [{ id }] = await write(good(6), `now() + interval '1 hour'`);
    await write(good(1_000_000));
    await write({ ok: true, to: 'six', sealedThrough: 1e300 }, `'infinity'`);
    expect(await verifications.rows.findLastGoodPosition()).toBe(0);
    await verifications.readStoredResults();
    expect(verifications.trouble).toContain('position 2');
    expect(await verifications.rows.find(id)).toMatchObject({ state: 'stopped', result: null });
    expect((await verifications.rows.recent(9)).map(({ state }) => state).sort()).toEqual([
      'done',
      'stopped',
      'stopped',
    ]);
  });

  it('is ignored if its row was changed, and then does not hide earlier findings', async () => {
    const verifications = openProcess();
    await verifications.verifyAll();
    await change(99);
    await verifications.verifyAll();
    await db.query(
      `update order_verifications set started_at = now() + interval '1 hour' where result->>'ok' = 'true'`,
    );
    expect(await verifications.rows.readLastResult()).toMatchObject({ problem: { found: 2 } });
    await db.query(`update order_verifications set result = jsonb_set(result, '{sealedThrough}', '5')`);
    expect(await verifications.rows.findLastGoodPosition()).toBe(0);
  });

  it('with findings is still reported after its row was deleted', async () => {
    const verifications = openProcess();
    await verifications.verifyAll();
    const other = openProcess();
    await change(99);
    await verifications.verifyAll();
    await other.readStoredResults();
    await db.query(`delete from order_verifications where result->>'ok' = 'false'`);
    for (const one of [verifications, other]) {
      await one.readStoredResults();
      expect(one.trouble).toContain('position 2');
    }
    await db.query('delete from order_verifications');
    await other.readStoredResults();
    expect(other.trouble).toContain('position 2');
  });

  it('is returned and remembered even if its row was deleted during the verification', async () => {
    const verifications = openProcess();
    await change(99);
    const letVerify = delayVerification();
    const answer = verifications.ask(1, undefined, 5_000, neverGone());
    await eventually(async () => expect(await verifications.rows.findRunning()).toBeDefined());
    await db.query('delete from order_verifications');
    letVerify();
    expect(await answer).toMatchObject({ state: 'done', result: { ok: false } });
    expect(verifications.trouble).toContain('position 2');
  });

  it('of a part of the log does not count for the whole log, even if its row was changed during the verification', async () => {
    const verifications = openProcess();
    await change(99);
    await verifications.verifyAll();
    const letVerify = delayVerification();
    const answer = verifications.ask(5, undefined, 5_000, neverGone());
    await eventually(async () => expect(await verifications.rows.findRunning()).toBeDefined());
    await db.query(`update order_verifications set from_position = 1 where state = 'running'`);
    letVerify();
    expect(await answer).toMatchObject({ state: 'done', from: 5, result: { ok: true } });
    expect(await verifications.rows.find((await answer).id)).toMatchObject({ state: 'stopped', result: null });
    expect(await verifications.rows.readLastResult()).toMatchObject({ problem: { found: 2 } });
  });

  it('does not count if it covers positions after the end of the log', async () => {
    const verifications = openProcess();
    await verifications.verifyAll();
    expect(await verifications.rows.findLastGoodPosition()).toBe(6);
    await test.admin(`do $$ begin set local session_replication_role = replica;
      delete from ordering.order_log where position = 6; end $$`);
    expect(await verifications.rows.findLastGoodPosition()).toBe(0);
  });

  it('without a MAC that says `running` does not prevent the next nightly verification', async () => {
    const verifications = openProcess();
    const [{ id }] = await write({}, 'now()', 'running', `now() + interval '30 seconds'`);
    await verifications.verifyAll();
    expect(await verifications.rows.findLastGoodPosition()).toBe(6);
    expect(await verifications.rows.find(id)).toMatchObject({ state: 'stopped' });
  });
});
