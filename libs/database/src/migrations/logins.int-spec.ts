import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContextName } from '#platform/config';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../embedded/embedded';
import { connect } from '../pool/connection';
import { migrate } from './migrate';

jest.setTimeout(60_000);

const contexts: readonly ContextName[] = ['identity', 'cart'];
const TAKE = 'take_v1(text[], jsonb, int)';

let server: EmbeddedPostgres;
const folder = mkdtempSync(join(tmpdir(), 'shop-logins-'));
const writeMigration = (context: ContextName, at: string, sql: string) =>
  writeFileSync(
    join(folder, context, `${at}-step.ts`),
    `export class Step${at} { async up(runner) { await runner.query(\`${sql}\`) } async down() {} }\n`,
  );

async function admin<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = await connect(url, 'test');
  try {
    return (await client.query<Row & Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const databaseOf = (context: ContextName) => server.url.replace('/shop?', `/only_${context}?`);
const loginOf = (context: ContextName) =>
  databaseOf(context).replace(/\/\/[^/]*@/, `//${context}_login:${context}_login@`);
const urls = (of: (context: ContextName) => string) => ({
  databaseUrls: Object.fromEntries(contexts.map((context) => [context, of(context)])),
});
const migrateAs = (of: (context: ContextName) => string) => migrate(urls(of), { contexts, folder });

const maySend = async (from: ContextName, to: ContextName) =>
  (
    await admin<{ may: boolean }>(
      databaseOf(to),
      `select has_schema_privilege('shop_${from}', '${to}', 'usage')
              and has_function_privilege('shop_${from}', '${to}.${TAKE}', 'execute') as may`,
    )
  )[0].may;

// This test needs its own server, because the other test servers already have these roles.
beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  for (const context of contexts) {
    mkdirSync(join(folder, context));
    writeMigration(
      context,
      '1799000000000',
      `create function ${TAKE} returns int language sql as 'select 1'; revoke execute on function ${TAKE} from public`,
    );
    await admin(server.url, `create database only_${context}`);
  }
  await migrateAs(databaseOf);
  for (const context of contexts)
    await admin(
      server.url,
      `create role ${context}_login login password '${context}_login';
       grant shop_${context}, shop_${context}_owner to ${context}_login`,
    );
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('With a database and a login for each context', () => {
  it('one migration lets every context send messages to every other context, and leaves nothing to do for the logins', async () => {
    expect([await maySend('cart', 'identity'), await maySend('identity', 'cart')]).toEqual([true, true]);
    expect(await migrateAs(loginOf)).toEqual({ ran: {}, withoutRoles: [], newer: {} });
  });

  it('a login without the right to create schemas grants a missing right', async () => {
    await admin(databaseOf('identity'), 'revoke usage on schema identity from shop_cart');
    expect(await migrateAs(loginOf)).toEqual({ ran: {}, withoutRoles: [], newer: {} });
    expect(await maySend('cart', 'identity')).toBe(true);
  });

  it('a login that is not allowed to grant rights does not stop the start', async () => {
    await admin(databaseOf('identity'), 'revoke usage on schema identity from shop_cart');
    await admin(server.url, 'revoke shop_identity_owner from identity_login');
    expect(await migrateAs(loginOf)).toEqual({ ran: {}, withoutRoles: [], newer: {} });
    expect(await maySend('cart', 'identity')).toBe(false);
    await admin(server.url, 'grant shop_identity_owner to identity_login');
  });

  it('a login without the roles, or at the database of another context, gets an error that names the setting', async () => {
    await admin(server.url, 'revoke shop_cart, shop_cart_owner from cart_login');
    await expect(migrateAs(loginOf)).rejects.toThrow('the roles shop_cart, shop_cart_owner');
    await admin(server.url, 'grant shop_cart, shop_cart_owner to cart_login');
    const swapped = { databaseUrls: { cart: loginOf('cart').replace('only_cart', 'only_identity') } };
    await expect(migrate(swapped, { contexts: ['cart'], folder })).rejects.toThrow(
      'The login at DATABASE_URL_CART may not use or create the schema of cart (permission denied for database only_identity)',
    );
  });

  it("the logins run a later release's migrations", async () => {
    writeMigration('cart', '1799000000100', 'create table beans (kind text)');
    expect(await migrateAs(loginOf)).toEqual({ ran: { cart: 1 }, withoutRoles: [], newer: {} });
    expect(
      await admin(databaseOf('cart'), `select tableowner as owner from pg_tables where tablename = 'beans'`),
    ).toEqual([{ owner: 'shop_cart_owner' }]);
  });

  it('tables that were restored without the roles cause an error at each start', async () => {
    await admin(databaseOf('cart'), 'reassign owned by shop_cart_owner to shop');
    const refusal = 'The tables of cart do not belong to the roles shop_<context>_owner';
    await expect(migrateAs(databaseOf)).rejects.toThrow(refusal);
    // at the next start, the roles exist, and there is no migration to run
    await expect(migrateAs(databaseOf)).rejects.toThrow(refusal);
    writeMigration('cart', '1799000000200', 'create table mugs (kind text)');
    await expect(migrateAs(databaseOf)).rejects.toThrow(refusal);
  });
});
