import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startShop, type RunningShop } from './start-shop';
import { testDatabase, type TestDatabase } from './test-database';

/** The routes of each service. In production a gateway needs the same table. */
const routes = {
  auth: /^\/auth\b|^\/admin\/(audit|erasures|users)\b|^\/admin\/orders\/[^/]+\/erasure$/,
  users: /^\/users\b/,
  products: /^\/(admin\/)?(products|categories|brands|search|inventory)\b/,
  cart: /^\/cart\b/,
  orders: /^\/(admin\/)?orders\b|^\/admin\/(events|projections|sagas|processes|dead-letters|reports)\b/,
  payments: /^\/payments\b|^\/admin\/(sandbox|payments)\b/,
  notifications: /^\/admin\/mailbox\b/,
} as const;

export type ServiceName = keyof typeof routes;
const names = Object.keys(routes) as ServiceName[];

export interface OpenServices {
  readonly services: Readonly<Record<ServiceName, RunningShop>>;
  /** Sends each request to the service that has the route. */
  readonly gateway: Pick<RunningShop, 'get' | 'post' | 'put' | 'patch' | 'delete'>;
  readonly database: TestDatabase;
  /** Starts a stopped or killed service again. */
  reopen(name: ServiceName): Promise<void>;
  close(): Promise<void>;
}

/** The seven services, each in a process of its own, on one migrated database. */
export async function openServices(): Promise<OpenServices> {
  const database = await testDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-services-'));
  const ports = await freePorts(names.length);
  const portOf = Object.fromEntries(names.map((name, at) => [name, ports[at]])) as Record<ServiceName, number>;
  const urlOf = (name: ServiceName) => `http://127.0.0.1:${portOf[name]}`;
  const start = (service: ServiceName) =>
    startShop({
      service,
      dataDir,
      env: {
        DATABASE_URL: database.url,
        PORT: String(portOf[service]),
        IDENTITY_URL: urlOf('auth'),
        CUSTOMERS_URL: urlOf('users'),
        CATALOG_URL: urlOf('products'),
        CART_URL: urlOf('cart'),
        ORDERING_URL: urlOf('orders'),
      },
    });
  const started = await Promise.all(names.map(async (name) => [name, await start(name)] as const));
  const services = Object.fromEntries(started) as Record<ServiceName, RunningShop>;
  const via = <Method extends 'get' | 'post' | 'put' | 'patch' | 'delete'>(method: Method): RunningShop[Method] =>
    ((path, options) => services[serviceFor(method, path)][method](path, options)) as RunningShop[Method];
  return {
    services,
    gateway: { get: via('get'), post: via('post'), put: via('put'), patch: via('patch'), delete: via('delete') },
    database,
    reopen: async (name) => void (services[name] = await start(name)),
    close: async () => {
      await Promise.all(Object.values(services).map((service) => service.stop()));
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function serviceFor(method: string, path: string): ServiceName {
  if (method === 'delete' && path === '/users/me') return 'auth'; // deleting the account starts in `auth`
  const name = names.find((one) => routes[one].test(path));
  if (!name) throw new Error(`No service has the route ${path}`);
  return name;
}

async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer();
      await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
      return probe;
    }),
  );
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => new Promise((closed) => probe.close(closed))));
  return ports;
}
