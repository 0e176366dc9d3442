import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { logIn, ADMIN, register, listDrink } from '../support/people';
import { startShop, type RunningShop } from '../support/start-shop';

const server = process.env['TEST_DATABASE_URL']!;
const name = `shop_${randomUUID().slice(0, 8)}`;
const lodger = { role: `lodger_${name}`, password: randomUUID() };

async function asOwner(database: string, ...statements: string[]): Promise<void> {
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

async function sellsOne(shop: RunningShop): Promise<void> {
  const admin = await logIn(shop, ADMIN);
  const drink = await listDrink(admin);
  const buyer = await register(shop);
  const { id } = await buyer.buy(drink.variantId, 'tok_ok');
  await buyer.waitForStatus(id, 'confirmed', 15_000);
  const { body } = await admin.post('/admin/events/verify');
  expect(body.data).toMatchObject({ valid: true });
}

describe('An external Postgres, by DATABASE_URL', () => {
  let shop: RunningShop | undefined;
  beforeAll(async () => {
    const { hostname, pathname } = new URL(server);
    const first = pathname.slice(1) || 'postgres';
    await asOwner(
      first,
      `create database ${name}`,
      `create role ${lodger.role} login password '${lodger.password}' nosuperuser nocreaterole nocreatedb`,
      `create database ${name}_lodged owner ${lodger.role}`,
    );
    expect(hostname).toBeTruthy();
  }, 30_000);
  afterEach(async () => {
    await shop?.stop();
    shop = undefined;
  }, 30_000);
  afterAll(async () => {
    const first = new URL(server).pathname.slice(1) || 'postgres';
    await asOwner(
      first,
      `drop database if exists ${name} with (force)`,
      `drop database if exists ${name}_lodged with (force)`,
      `drop role if exists ${lodger.role}`,
    );
  }, 30_000);

  it('replaces the embedded Postgres', async () => {
    shop = await startShop({ env: { DATABASE_URL: urlOf(name) } });
    await sellsOne(shop);
    expect(shop.output()).not.toContain('One database role serves');
  }, 180_000);

  it('may forbid new roles: then one role is used, and the start says so', async () => {
    shop = await startShop({ env: { DATABASE_URL: urlOf(`${name}_lodged`, lodger) } });
    expect(shop.output()).toContain('One database role serves');
    await sellsOne(shop);
  }, 180_000);
});
