import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startShop } from '../../support/start-shop';
import { OwnServer } from './own-server';
import { FaultShop } from './fault-shop';
import { SHOP_ENV, ShopDatabase, ShopProcess } from './shop-server';

export type Context = 'identity' | 'customers' | 'catalog' | 'inventory' | 'cart' | 'ordering' | 'payments' | 'notifications'; // prettier-ignore
const contexts: readonly Context[] = ['identity', 'customers', 'catalog', 'inventory', 'cart', 'ordering', 'payments', 'notifications']; // prettier-ignore
const shared = ['privacy', 'audit', 'sandbox'];

/** One context on its own Postgres server, or several contexts on one server. */
type Group = Context | readonly Context[];

interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The contexts whose server stores its data on a small disk of its own, which a test can fill. */
  readonly disks?: readonly Context[];
  /** The Postgres settings of the contexts' own servers. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A shop whose contexts have their own Postgres servers. The database `overview` shows the tables of all servers. */
export class ShopOnServers {
  private constructor(
    readonly servers: Readonly<Partial<Record<Context, OwnServer>>>,
    readonly faultShop: FaultShop,
    /** The settings that a shop needs to reach all servers. */
    readonly env: Readonly<Record<string, string>>,
    private readonly main: OwnServer,
    private readonly dataDir: string,
  ) {}

  static async open(
    own: readonly Group[],
    { env = {}, disks = [], settings = {} }: ServerOptions = {},
  ): Promise<ShopOnServers> {
    const dataDir = mkdtempSync(join(tmpdir(), 'apart-'));
    const groups = own.map((group) => (typeof group === 'string' ? [group] : group));
    const hasDisk = (group: readonly Context[]) => group.some((context) => disks.includes(context));
    const [main, ...opened] = await Promise.all([
      OwnServer.open({ max_connections: '200', shared_buffers: '64MB' }),
      ...groups.map((group) => OwnServer.open(settings, hasDisk(group))),
    ]);
    const at = groups.flatMap((group, index) => group.map((context) => [context, opened[index]] as const));
    const servers = Object.fromEntries(at) as Partial<Record<Context, OwnServer>>;
    const urls = Object.fromEntries(at.map(([context, { url }]) => [`DATABASE_URL_${context.toUpperCase()}`, url]));
    const shopEnv: Record<string, string> = { ...env, DATA_DIR: dataDir, DATABASE_URL: main.url, ...urls };
    const firstShop = await startShop({ dataDir, env: shopEnv }); // migrates, and adds the demo products
    await firstShop.stop();
    await importTables(main, servers);
    const overview = new ShopDatabase(main.url.replace('/shop?', '/overview?'), servers.ordering?.url ?? main.url);
    const faultShop = await FaultShop.of(overview, [new ShopProcess('shop', dataDir, { ...SHOP_ENV, ...shopEnv })]);
    return new ShopOnServers(servers, faultShop, shopEnv, main, dataDir);
  }

  async close(): Promise<void> {
    await Promise.all(this.faultShop.processes.map((shopProcess) => shopProcess.close()));
    await this.faultShop.database.close();
    await Promise.all([...new Set([this.main, ...Object.values(this.servers)])].map((server) => server.close()));
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Makes the database `overview`. Its foreign tables show the tables of all contexts, whichever server has them. */
async function importTables(main: OwnServer, servers: Readonly<Partial<Record<Context, OwnServer>>>): Promise<void> {
  await main.query('create database overview');
  await main.query('create extension postgres_fdw', [], 'overview');
  for (const context of [...contexts, ...shared]) {
    const { host, port, user, password } = (servers[context as Context] ?? main).options;
    await main.query(
      `create schema ${context};
       create server ${context}_at foreign data wrapper postgres_fdw options (host '${host}', port '${port}', dbname 'shop');
       create user mapping for public server ${context}_at options (user '${user}', password '${password}');
       import foreign schema ${context} from server ${context}_at into ${context}`,
      [],
      'overview',
    );
  }
}
