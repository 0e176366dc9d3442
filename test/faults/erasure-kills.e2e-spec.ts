import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { ADMIN, expectStatus, logIn, Person, listDrink } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { recordResult, repeatCount } from './support/matrix';
import { searchPatterns, findPatterns } from './support/personal-data-patterns';
import { everyRow } from './support/what-is-left';

jest.setTimeout(120_000);

const password = 'a-long-Password-1';
/** Crash points before and after the key is destroyed, and where each context erases its data. */
const POINTS = ['key-destroyed', 'customers', 'asked', 'closed', 'identity', 'told', 'cart', 'ordering', 'payments', 'notifications']; // prettier-ignore
const rounds = Array.from({ length: repeatCount(20, 2) }, (_, round) => ({ round, point: `erasure.${POINTS[round % POINTS.length]}` })); // prettier-ignore

describe('kill -9 in the middle of an erasure', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-erasing-'));
  let database: TestDatabase;
  let shop: RunningShop;
  const recoveryMs: number[] = [];
  let lost = 0;
  const open = (env: Readonly<Record<string, string>> = {}) =>
    startShop({ dataDir, env: { DATABASE_URL: database.url, ...env } });

  beforeAll(async () => {
    database = await testDatabase();
  }, 240_000);
  afterEach(() => shop.kill());
  afterAll(async () => {
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
    const tried = { tried: rounds.length, lost, recoveryMs };
    recordResult({
      fault: 'kill -9 around the destruction of a key, and in each context’s part of an erasure',
      ...tried,
    });
  });

  it.each(rounds)(
    'at $point does not prevent the erasure, which continues after the restart (round $round)',
    async ({ round, point }) => {
      const somebody = {
        name: `Trần Bịlãngquên Số${round}khôngai`,
        email: `Bi.Langquen.${round}@khong-con-ai.example`,
        phone: `09881${String(10_000 + round)}`,
        address: `${round} đường Khôngtênnào, Huế`,
        note: `Đểtrướccửanhé số ${round}`,
      };
      shop = await open({ NODE_OPTIONS: '--conditions=crash-tests', CRASH_POINT: `${point}:1:SIGKILL` });
      const admin = await logIn(shop, ADMIN);
      const drink = await listDrink(admin);
      const { name, email, phone, address, note } = somebody;
      const { accessToken, user } = expectStatus(201, await shop.post('/auth/register', { body: { email, password, name } })).body.data; // prettier-ignore
      const person = new Person(shop, { authorization: `Bearer ${accessToken}` }, email, user.id);
      await person.post('/users/me/addresses', { body: { recipient: name, phone, line1: address, city: 'Huế' } });
      await person.addToCart(drink.variantId);
      const orderBody = { contact: { name, phone, email }, fulfilment: { type: 'delivery', address }, note };
      const { id } = expectStatus(201, await person.placeOrder('tok_declined', { body: orderBody })).body.data;
      await person.waitForStatus(id, 'cancelled');

      const answer = await person.delete('/users/me', { body: { password } }).catch(() => undefined); // the answer may be missing
      await eventually(async () => {
        await shop.get('//health/live').then(
          () => Promise.reject(new Error(`the shop still runs after ${point}`)),
          () => undefined,
        );
      });
      await shop.kill();
      const from = performance.now();
      shop = await open();
      const adminAfterwards = await logIn(shop, ADMIN);
      await eventually(async () => {
        const erasure = (await adminAfterwards.get('/admin/erasures')).body.data.find(
          ({ subject }: any) => subject === user.id,
        );
        expect(erasure?.state).toBe('done');
      }, 15_000);
      recoveryMs.push(Math.round(performance.now() - from));

      const allRows = Buffer.concat([...(await everyRow(database.url)).values()]);
      const left = findPatterns(allRows, searchPatterns(somebody));
      lost += left.length;
      expect([answer?.status ?? 202, left]).toEqual([202, []]);
      expect((await shop.post('/auth/login', { body: { email, password } })).status).toBe(401);
      expect((await adminAfterwards.post('/admin/events/verify')).body.data).toMatchObject({ valid: true });
      for (const context of ['identity', 'customers', 'cart', 'ordering', 'payments', 'notifications'])
      expect([context, await database.admin(`select handler from ${context}.inbox where state = 'dead'`)]).toEqual([context, []]); // prettier-ignore
    },
  );
});
