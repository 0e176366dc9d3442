import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { contextPool } from './connection';
import { rememberOneRole } from './roles';
import { rememberLostSettings } from './session-settings';

describe('A pool that is made before its server is known', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await testDatabase()));
  afterAll(() => database.drop());

  const roleOf = async (rememberServer: () => void) => {
    const pool = contextPool(database.url, 'cart');
    rememberServer();
    const { rows } = await pool.query<{ role: string; path: string }>(
      `select current_setting('role') as role, current_setting('search_path') as path`,
    );
    await pool.end();
    return rows[0];
  };

  it('works as the role of its context', async () => {
    expect(await roleOf(() => undefined)).toEqual({ role: 'shop_cart', path: 'cart,public' });
  });

  it('works without a role of its own if one role serves all contexts', async () => {
    expect(await roleOf(() => rememberOneRole(database.url, true))).toEqual({ role: 'none', path: 'cart,public' });
    rememberOneRole(database.url, false);
  });

  it('sets its settings with a statement if a pooler drops them from the start-up packet', async () => {
    expect(await roleOf(() => rememberLostSettings(database.url, true))).toEqual({ role: 'shop_cart', path: 'cart,public' }); // prettier-ignore
    rememberLostSettings(database.url, false);
  });
});
