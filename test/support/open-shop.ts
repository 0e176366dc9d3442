import { ADMIN, logIn, type Person } from './people';
import { startShop, type RunningShop } from './start-shop';
import { testDatabase, type TestDatabase } from './test-database';

export interface OpenShop {
  readonly shop: RunningShop;
  readonly admin: Person;
  readonly database: TestDatabase;
  close(): Promise<void>;
}

/** Starts the compiled shop in its own process, on a database that is already migrated. This takes a few seconds. */
export async function openShop(env: Readonly<Record<string, string>> = {}): Promise<OpenShop> {
  const database = await testDatabase();
  const shop = await startShop({ env: { DATABASE_URL: database.url, ...env } });
  return {
    shop,
    database,
    admin: await logIn(shop, ADMIN),
    close: async () => {
      await shop.stop();
      await database.drop();
    },
  };
}
