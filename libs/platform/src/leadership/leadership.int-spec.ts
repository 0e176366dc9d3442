import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { eventually } from '../messaging/testing/eventually';
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

describe('Leadership', () => {
  it("is one instance's at a time, and passes on when that one stops", async () => {
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

  it('is lost with its session, and the number that its claims carry is gone', async () => {
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
    expect(await second.living()).not.toContain(number);
    await eventually(() => expect(first.instance).toBeGreaterThan(0), 3_000);
    expect(first.instance).not.toBe(number);
    await eventually(() => expect(first.leads('bar')).toBe(true), 3_000);
  });

  it('of an instance that falls silent ends by itself, for the server closes idle sessions', async () => {
    const [first, second] = [await instance(), await instance()];
    first.lead('bar', untilLost);
    await eventually(() => expect(first.leads('bar')).toBe(true));
    clearInterval((first as unknown as { timer: NodeJS.Timeout }).timer); // stopped: no more beats
    second.lead('bar', untilLost);
    await eventually(() => expect(second.leads('bar')).toBe(true), 9_000);
    expect(first.leads('bar')).toBe(false);
    expect(first.instance).toBe(0);
  }, 12_000);

  it('starts work again that ended or threw', async () => {
    const one = await instance();
    let runs = 0;
    one.lead('bar', async () => void runs++);
    await eventually(() => expect(runs).toBeGreaterThan(1), 4_000);
  });

  it('carries words to every instance', async () => {
    const [first, second] = [await instance(), await instance()];
    const heard: string[] = [];
    second.onWord((word) => heard.push(word));
    first.notify('inbox:cart');
    first.notify('inbox:cart');
    first.notify('outbox:cart');
    await eventually(() => expect(heard.sort()).toEqual(['inbox:cart', 'outbox:cart']));
    await eventually(() => expect(first.hasPeers).toBe(true), 3_000);
  });
});
