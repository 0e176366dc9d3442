import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Leadership, type PgLeadership } from '#database/leadership';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { readLivingInstances } from './instances.store';
import { DatabasesDiffer } from './databases-differ';
import { migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

jest.setTimeout(60_000);

let main: TestDatabase;
let right: TestDatabase;
let wrong: TestDatabase;
const apps: INestApplicationContext[] = [];

/** A real process ends after a refused start. In this test it goes on, so its leadership connection must be closed. */
const leaderships: PgLeadership[] = [];
@Injectable()
class LeadershipRecorder {
  constructor(leadership: Leadership) {
    leaderships.push(leadership as PgLeadership);
  }
}

const urlsWith = (payments: TestDatabase) => ({ databaseUrl: main.url, databaseUrls: { payments: payments.url } });
const open = async (payments: TestDatabase, only?: 'inventory' | 'payments') => {
  const app = await startTwoContexts(urlsWith(payments), {}, only === 'payments' ? [] : [LeadershipRecorder], only);
  apps.push(app);
  return app;
};

beforeAll(async () => {
  [main, right, wrong] = await Promise.all([1, 2, 3].map(() => testDatabase({ empty: true })));
  await migrateTwoContexts(urlsWith(right));
  await migrateTwoContexts(urlsWith(wrong));
});
afterEach(async () => void (await Promise.all(apps.splice(0).map((app) => app.close()))));
afterEach(async () => void (await Promise.all(leaderships.splice(0).map((one) => one.stop()))));
afterAll(() => Promise.all([main, right, wrong].map((one) => one.drop())));

const REFUSED =
  /^payments: this process uses another database than instance \d+, which is alive: check DATABASE_URL_PAYMENTS\.$/;
const countAlive = async () => (await readLivingInstances(main.of('inventory'))).length;
const subscribed = () => wrong.admin('select 1 from payments.subscriptions');

describe('A process that uses another database than a living process', () => {
  it('does not start, names the setting to check, and writes nothing', async () => {
    await open(right);
    const refused = await open(wrong).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DatabasesDiffer);
    expect((refused as Error).message).toMatch(REFUSED);
    expect([await countAlive(), await subscribed()]).toEqual([1, []]);
    await open(right);
    expect(await countAlive()).toBe(2);
  });

  it('is also refused if the context of that database runs in a third process', async () => {
    await open(right, 'payments');
    await open(right, 'inventory');
    await expect(open(wrong, 'inventory')).rejects.toThrow(REFUSED);
  });

  it('cannot run beside it, even if both start at the same moment', async () => {
    const started = await Promise.allSettled([open(right), open(wrong)]);
    const refused = started.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(await countAlive()).toBe(started.length - refused.length);
  });
});

describe('A database can be moved', () => {
  it('to an empty server, if all processes were stopped', async () => {
    await (await open(right)).close();
    apps.pop();
    await open(wrong);
    expect(await countAlive()).toBe(1);
  });

  it('to a copy of it, which has the same identity', async () => {
    await open(right);
    const [{ id }] = await right.admin<{ id: string }>('select id from payments.context_identity');
    const [{ id: before }] = await wrong.admin<{ id: string }>('select id from payments.context_identity');
    await wrong.admin('update payments.context_identity set id = $1', [id]);
    await open(wrong);
    await wrong.admin('update payments.context_identity set id = $1', [before]);
    expect(await countAlive()).toBe(2);
  });
});

describe('A database that does not answer', () => {
  it('does not prevent the start of other processes', async () => {
    await open(right, 'inventory');
    await wrong.admin('alter table payments.context_identity rename to away');
    await open(wrong, 'inventory');
    await wrong.admin('alter table payments.away rename to context_identity');
    expect(await countAlive()).toBe(2);
  });
});
