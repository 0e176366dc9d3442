import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { logIn, ADMIN, register, listDrink } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';

const server = process.env['TEST_DATABASE_URL']!;
const databaseName = `shop_${randomUUID().slice(0, 8)}`;
/** A login that is not allowed to create roles. */
const limited = { role: `limited_${databaseName}`, password: randomUUID() };

async function runStatements(database: string, ...statements: string[]): Promise<void> {
  const url = new URL(server);
  url.pathname = `/${database}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(database: string, role?: { role: string; password: string }): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  if (role) [url.username, url.password] = [role.role, role.password];
  return url.href;
}

async function expectOneSale(shop: RunningShop): Promise<void> {
  const admin = await logIn(shop, ADMIN);
  const drink = await listDrink(admin);
  const buyer = await register(shop);
  const { id } = await buyer.buy(drink.variantId, 'tok_ok');
  await buyer.waitForStatus(id, 'confirmed', 15_000);
  const { body } = await admin.post('/admin/events/verify');
  expect(body.data).toMatchObject({ valid: true });
}

describe('An external Postgres, set by DATABASE_URL', () => {
  let shop: RunningShop | undefined;
  beforeAll(async () => {
    const { hostname, pathname } = new URL(server);
    const initialDatabase = pathname.slice(1) || 'postgres';
    await runStatements(
      initialDatabase,
      `create database ${databaseName}`,
      `create role ${limited.role} login password '${limited.password}' nosuperuser nocreaterole nocreatedb`,
      `create database ${databaseName}_limited owner ${limited.role}`,
    );
    expect(hostname).toBeTruthy();
  }, 30_000);
  afterEach(async () => {
    await shop?.stop();
    shop = undefined;
  }, 30_000);
  afterAll(async () => {
    const initialDatabase = new URL(server).pathname.slice(1) || 'postgres';
    await runStatements(
      initialDatabase,
      `drop database if exists ${databaseName} with (force)`,
      `drop database if exists ${databaseName}_limited with (force)`,
      `drop role if exists ${limited.role}`,
    );
  }, 30_000);

  it('replaces the embedded Postgres', async () => {
    shop = await startShop({ env: { DATABASE_URL: urlOf(databaseName) } });
    await expectOneSale(shop);
    expect(shop.output()).not.toContain('One database role serves');
  }, 180_000);

  it('can forbid new roles, and then the shop uses one role and logs this when it starts', async () => {
    shop = await startShop({ env: { DATABASE_URL: urlOf(`${databaseName}_limited`, limited) } });
    expect(shop.output()).toContain('One database role serves');
    await expectOneSale(shop);
  }, 180_000);
});
