import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '#database';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../../../../test/support/eventually';
import { PgLeadership } from './pg-leadership';

let database: TestDatabase;
const instances: PgLeadership[] = [];

beforeAll(async () => void (database = await testDatabase({ empty: true })));
afterEach(() => Promise.all(instances.splice(0).map((one) => one.stop())));
afterAll(() => database.drop());

async function instance(): Promise<PgLeadership> {
  const one = new PgLeadership(() => database.url);
  instances.push(one);
  await one.start();
  return one;
}

const untilLost = (lost: AbortSignal) =>
  new Promise<void>((resolve) => lost.addEventListener('abort', () => resolve()));

/** Makes the instance behave like a paused process: it sends no beats, and opens no new session. */
const pauseInstance = (one: PgLeadership) =>
  Object.assign(one as unknown as Record<string, unknown>, { beat: () => Promise.resolve() });

/** Breaks the connection without a notice to the server. So the session on the server stays open, with its locks. */
const breakConnection = (one: PgLeadership) => {
  const { client } = one as unknown as { client: { connection: { stream: Socket } } & object };
  const { stream } = client.connection;
  // from now on all writes are lost, and the server does not learn that the connection is closed
  Object.assign(stream, { write: () => true, end: () => undefined, destroy: () => stream });
  stream.emit('close');
};

describe('Leadership', () => {
  it('belongs to one instance at a time, and passes to another instance when the first one stops', async () => {
    const [first, second] = [await instance(), await instance()];
    let leading = 0;
    let most = 0;
    const work = async (lost: AbortSignal) => {
      most = Math.max(most, ++leading);
      await untilLost(lost);
      leading--;
    };
    first.lead('bar', work);
    await eventually(() => expect(first.leads('bar')).toBe(true));
    second.lead('bar', work);
    await pause(50);
    expect(second.leads('bar')).toBe(false);
    await first.stop();
    await eventually(() => expect(second.leads('bar')).toBe(true), 3_000);
    expect(most).toBe(1);
  });

  it('is lost with the session, and is taken again by a new session with the same instance number', async () => {
    const [first, second] = [await instance(), await instance()];
    let aborted = false;
    first.lead('bar', async (lost) => {
      await untilLost(lost);
      aborted = true;
    });
    await eventually(() => expect(first.leads('bar')).toBe(true));
    const number = first.instance;
    expect(await second.living()).toEqual(expect.arrayContaining([number, second.instance]));
    await database.admin(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = $1::int::oid`,
      [number],
    );
    await eventually(() => expect(aborted).toBe(true), 3_000);
    await eventually(() => expect(first.instance).toBeGreaterThan(0), 3_000);
    expect(first.instance).toBe(number);
    expect(await second.living()).toContain(number);
    await eventually(() => expect(first.leads('bar')).toBe(true), 3_000);
  });

  it('keeps the instance number even if the server still holds the lock of the lost session', async () => {
    const one = await instance();
    const number = one.instance;
    let reopened = 0;
    one.onReopened(() => reopened++);
    breakConnection(one);
    expect(one.instance).toBe(0);
    await eventually(() => expect(reopened).toBe(1), 3_000);
    expect(one.instance).toBe(number);
    const [{ sessions }] = await database.admin<{ sessions: number }>(
      `select count(*)::int as sessions from pg_locks where locktype = 'advisory' and objid = $1::int::oid`,
      [number],
    );
    expect(sessions).toBe(1);
  });

  it('takes another instance number if another process has locked the old number', async () => {
    const one = await instance();
    const number = one.instance;
    Object.assign(one as unknown as { former: object }, { former: { number, backend: 1 } });
    const client = await connect(database.url, 'stranger');
    await database.admin(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = $1::int::oid`,
      [number],
    );
    await client.query('select pg_advisory_lock($1, $2)', [0x53484f51, number]);
    await eventually(() => expect(one.instance).toBeGreaterThan(0), 12_000);
    expect(one.instance).not.toBe(number);
    await client.end();
  }, 15_000);

  it('calls onReopened after each lost connection, but not at the start', async () => {
    const one = new PgLeadership(() => database.url);
    instances.push(one);
    let reopened = 0;
    one.onReopened(() => reopened++);
    await one.start();
    expect(reopened).toBe(0);
    for (const round of [1, 2]) {
      await database.admin(
        `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = $1::int::oid`,
        [one.instance],
      );
      await eventually(() => expect(reopened).toBe(round), 3_000);
    }
  });

  it('of a paused instance ends, because the server closes idle sessions', async () => {
    const [first, second] = [await instance(), await instance()];
    first.lead('bar', untilLost);
    await eventually(() => expect(first.leads('bar')).toBe(true));
    pauseInstance(first);
    second.lead('bar', untilLost);
    await eventually(() => expect(second.leads('bar')).toBe(true), 9_000);
    expect(first.leads('bar')).toBe(false);
    expect(first.instance).toBe(0);
  }, 12_000);

  it('starts the work again after it ended', async () => {
    const one = await instance();
    let runs = 0;
    one.lead('bar', async () => void runs++);
    await eventually(() => expect(runs).toBeGreaterThan(1), 4_000);
  });

  it('sends notifications to every instance', async () => {
    const [first, second] = [await instance(), await instance()];
    const heard: string[] = [];
    second.onNotification((word) => heard.push(word));
    first.notify('inbox:cart');
    first.notify('inbox:cart');
    first.notify('outbox:cart');
    await eventually(() => expect(heard.sort()).toEqual(['inbox:cart', 'outbox:cart']));
    await eventually(() => expect(first.hasPeers).toBe(true), 3_000);
  });
});
