import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Leadership, type PgLeadership } from '#database/leadership';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { livingInstances } from './instances.store';
import { OtherDatabase } from './other-database';
import { migrateTwoContexts, startTwoContexts } from '../testing/two-contexts';

jest.setTimeout(60_000);

let main: TestDatabase;
let right: TestDatabase;
let wrong: TestDatabase;
const apps: INestApplicationContext[] = [];

/** A start that is refused ends its process; here its session has to be closed by hand. */
const leaderships: PgLeadership[] = [];
@Injectable()
class Witness {
  constructor(leadership: Leadership) {
    leaderships.push(leadership as PgLeadership);
  }
}

const where = (payments: TestDatabase) => ({ databaseUrl: main.url, databaseUrls: { payments: payments.url } });
const open = async (payments: TestDatabase, only?: 'inventory' | 'payments') => {
  const app = await startTwoContexts(where(payments), {}, only === 'payments' ? [] : [Witness], only);
  apps.push(app);
  return app;
};

beforeAll(async () => {
  [main, right, wrong] = await Promise.all([1, 2, 3].map(() => testDatabase({ empty: true })));
  await migrateTwoContexts(where(right));
  await migrateTwoContexts(where(wrong));
});
afterEach(async () => void (await Promise.all(apps.splice(0).map((app) => app.close()))));
afterEach(async () => void (await Promise.all(leaderships.splice(0).map((one) => one.stop()))));
afterAll(() => Promise.all([main, right, wrong].map((one) => one.drop())));

const REFUSED =
  /^payments: this process is set to another database than instance \d+, which is alive: check DATABASE_URL_PAYMENTS\.$/;
const alive = async () => (await livingInstances(main.of('inventory'))).length;
const subscribed = () => wrong.admin('select 1 from payments.subscriptions');

describe('A process that is set to another database than one that is alive', () => {
  it('does not start, says which setting to check, and leaves nothing behind', async () => {
    await open(right);
    const refused = await open(wrong).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OtherDatabase);
    expect((refused as Error).message).toMatch(REFUSED);
    expect([await alive(), await subscribed()]).toEqual([1, []]);
    await open(right);
    expect(await alive()).toBe(2);
  });

  it('is refused also where the context runs in another process, and its messages would be sent there', async () => {
    await open(right, 'payments');
    await open(right, 'inventory');
    await expect(open(wrong, 'inventory')).rejects.toThrow(REFUSED);
  });

  it('does not stay beside one that starts in the same moment', async () => {
    const started = await Promise.allSettled([open(right), open(wrong)]);
    const refused = started.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(await alive()).toBe(started.length - refused.length);
  });
});

describe('A database may be moved', () => {
  it('to a server of its own, empty, where all processes were stopped', async () => {
    await (await open(right)).close();
    apps.pop();
    await open(wrong);
    expect(await alive()).toBe(1);
  });

  it('as a copy, which keeps its identity', async () => {
    await open(right);
    const [{ id }] = await right.admin<{ id: string }>('select id from payments.context_identity');
    const [{ id: before }] = await wrong.admin<{ id: string }>('select id from payments.context_identity');
    await wrong.admin('update payments.context_identity set id = $1', [id]);
    await open(wrong);
    await wrong.admin('update payments.context_identity set id = $1', [before]);
    expect(await alive()).toBe(2);
  });
});

describe('A database that cannot be asked', () => {
  it('holds up no start of the others', async () => {
    await open(right, 'inventory');
    await wrong.admin('alter table payments.context_identity rename to away');
    await open(wrong, 'inventory');
    await wrong.admin('alter table payments.away rename to context_identity');
    expect(await alive()).toBe(2);
  });
});
