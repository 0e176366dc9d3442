import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import { testDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { Config, type ContextName } from '#platform/config';
import { Databases } from '#database';
import { Leadership } from '#database/leadership';
import { Instances } from '#messaging';
import { Impaired, type HealthCheck } from '#platform/observability';
import { databaseHealth } from './database-health';

describe('The health of the databases', () => {
  let database: TestDatabase;
  let frozen: Server;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    database = await testDatabase();
    // This server accepts connections and never responds, like a server that is paused.
    frozen = createServer((socket) => void sockets.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
    await new Promise((listening) => frozen.once('listening', listening));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    frozen.close();
    await database.drop();
  });

  const unreachable = 'postgres://nobody@127.0.0.1:9/shop';
  const silent = () => `postgres://nobody@127.0.0.1:${(frozen.address() as AddressInfo).port}/shop`;

  async function health(
    databaseUrls: Partial<Record<ContextName, string>>,
    contexts: readonly ContextName[],
    failing: readonly ContextName[] = [],
    paymentProviders: Config['paymentProviders'] = ['sandbox', 'cash'],
  ) {
    const config = { databaseUrl: database.url, databaseUrls, paymentProviders } as Config;
    const databases = new Databases(config);
    const providers = databaseHealth(config, contexts);
    const module = await Test.createTestingModule({
      providers: [
        ...providers,
        { provide: Databases, useValue: databases },
        { provide: Leadership, useValue: { living: async () => [1] } },
        { provide: Instances, useValue: { isFailing: (context: ContextName) => failing.includes(context) } },
      ],
    }).compile();
    const checks = providers.map((one) => module.get<HealthCheck>((one as { provide: string }).provide));
    return { checks, close: () => databases.onApplicationShutdown() };
  }

  it('has an entry for each separate database, and only some of these entries are fatal', async () => {
    const { checks, close } = await health({ customers: unreachable, catalog: unreachable }, [
      'cart',
      'customers',
      'catalog',
    ]);
    expect(checks.map(({ service, fatal }) => [service, fatal])).toEqual([
      ['database', true],
      ['database:customers', false],
      ['database:catalog', true],
    ]);
    await checks[0].check();
    await expect(checks[1].check()).rejects.toThrow();
    await close();
  });

  it('checks the shared database through the leadership connection if no context of the process uses this database', async () => {
    const { checks, close } = await health({ customers: unreachable, privacy: unreachable, audit: unreachable }, [
      'customers',
    ]);
    await checks[0].check();
    expect(checks[1].service).toBe('database:customers');
    await close();
  });

  const entries = async (...of: Parameters<typeof health>) => {
    const { checks, close } = await health(...of);
    await close();
    return checks.slice(1).map(({ service, fatal }) => [service, fatal]);
  };

  it('has entries for privacy and audit in every service; without privacy nobody can order', async () => {
    const separate = { privacy: unreachable, audit: unreachable };
    expect(await entries(separate, ['ordering'])).toEqual([
      ['database:privacy', true],
      ['database:audit', false],
    ]);
    expect(await entries(separate, ['catalog', 'inventory'])).toEqual([
      ['database:privacy', false],
      ['database:audit', false],
    ]);
  });

  it('has an entry for the sandbox only if it is one of the payment providers', async () => {
    expect(await entries({ sandbox: unreachable }, ['payments', 'sandbox'])).toEqual([['database:sandbox', false]]);
    expect(await entries({ sandbox: unreachable }, ['payments', 'sandbox'], [], ['cash'])).toEqual([]);
  });

  it('is impaired if a database is read-only, and healthy when it is writable again', async () => {
    const { checks, close } = await health({}, ['cart']);
    const name = new URL(database.url).pathname.slice(1);
    await database.admin(`alter database ${name} set default_transaction_read_only = on`);
    await expect(checks[0].check()).rejects.toBeInstanceOf(Impaired);
    await close();
    await database.admin(`begin read write; alter database ${name} reset default_transaction_read_only; commit`);
    const after = await health({}, ['cart']);
    await after.checks[0].check();
    await after.close();
  });

  it('is impaired if a context recently could not write', async () => {
    const { checks, close } = await health(
      { customers: database.url + '&' },
      ['cart', 'customers', 'ordering'],
      ['cart'],
    );
    await expect(checks[0].check()).rejects.toThrow('nothing can be written for cart');
    await checks[1].check();
    await close();
    const separate = await health({ customers: database.url + '&' }, ['cart', 'customers'], ['customers']);
    await separate.checks[0].check();
    await expect(separate.checks[1].check()).rejects.toBeInstanceOf(Impaired);
    await separate.close();
  });

  it('queries a database that does not respond only once for all probes', async () => {
    const { checks, close } = await health({ customers: silent() }, ['cart', 'customers']);
    const probes = Array.from({ length: 20 }, () => checks[1].check().catch(() => 'unhealthy'));
    expect(await Promise.all(probes)).toContain('unhealthy');
    expect(sockets).toHaveLength(1);
    await close();
  }, 15_000);
});
