import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startShop } from '../../support/start-shop';
import { OwnServer } from './own-server';
import { Stand } from './stand';
import { STREET, StreetDatabase, Till } from './street';

export type Place = 'identity' | 'customers' | 'catalog' | 'inventory' | 'cart' | 'ordering' | 'payments' | 'notifications'; // prettier-ignore
const places: readonly Place[] = ['identity', 'customers', 'catalog', 'inventory', 'cart', 'ordering', 'payments', 'notifications']; // prettier-ignore
const shared = ['privacy', 'audit', 'sandbox'];

/** A context on a server of its own, or some on one together. */
type Group = Place | readonly Place[];

interface ApartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whose servers have a small disk of their own. */
  readonly disks?: readonly Place[];
  /** Of the contexts' own servers. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A shop whose contexts lie on servers of their own, and a database from which all of them can be looked at. */
export class Apart {
  private constructor(
    readonly servers: Readonly<Partial<Record<Place, OwnServer>>>,
    readonly stand: Stand,
    /** How to reach all of it. */
    readonly env: Readonly<Record<string, string>>,
    private readonly main: OwnServer,
    private readonly dataDir: string,
  ) {}

  static async open(own: readonly Group[], { env = {}, disks = [], settings = {} }: ApartOptions = {}): Promise<Apart> {
    const dataDir = mkdtempSync(join(tmpdir(), 'apart-'));
    const groups = own.map((group) => (typeof group === 'string' ? [group] : group));
    const hasDisk = (group: readonly Place[]) => group.some((place) => disks.includes(place));
    const [main, ...opened] = await Promise.all([
      OwnServer.open({ max_connections: '200', shared_buffers: '64MB' }),
      ...groups.map((group) => OwnServer.open(settings, hasDisk(group))),
    ]);
    const at = groups.flatMap((group, index) => group.map((place) => [place, opened[index]] as const));
    const servers = Object.fromEntries(at) as Partial<Record<Place, OwnServer>>;
    const urls = Object.fromEntries(at.map(([place, { url }]) => [`DATABASE_URL_${place.toUpperCase()}`, url]));
    const reached: Record<string, string> = { ...env, DATA_DIR: dataDir, DATABASE_URL: main.url, ...urls };
    const shelves = await startShop({ dataDir, env: reached }); // migrates, and sells what a demo shop sells
    await shelves.stop();
    await lookInto(main, servers);
    const looking = new StreetDatabase(main.url.replace('/shop?', '/looking?'), servers.ordering?.url ?? main.url);
    const stand = await Stand.of(looking, [new Till('till', dataDir, { ...STREET, ...reached })]);
    return new Apart(servers, stand, reached, main, dataDir);
  }

  async close(): Promise<void> {
    await Promise.all(this.stand.tills.map((till) => till.close()));
    await this.stand.database.close();
    await Promise.all([...new Set([this.main, ...Object.values(this.servers)])].map((server) => server.close()));
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A database with a schema for each context, whose tables are those of the context's own server. */
async function lookInto(main: OwnServer, servers: Readonly<Partial<Record<Place, OwnServer>>>): Promise<void> {
  await main.ask('create database looking');
  await main.ask('create extension postgres_fdw', [], 'looking');
  for (const place of [...places, ...shared]) {
    const { host, port, user, password } = (servers[place as Place] ?? main).options;
    await main.ask(
      `create schema ${place};
       create server ${place}_at foreign data wrapper postgres_fdw options (host '${host}', port '${port}', dbname 'shop');
       create user mapping for public server ${place}_at options (user '${user}', password '${password}');
       import foreign schema ${place} from server ${place}_at into ${place}`,
      [],
      'looking',
    );
  }
}
