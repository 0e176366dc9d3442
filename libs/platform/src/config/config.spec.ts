import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError, isFurnished, readConfig } from './config';
import { DEMO_ADMIN, defaults } from './defaults';
import { variables } from './variables';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop-config-'));
afterAll(() => rmSync(DATA_DIR, { recursive: true, force: true }));

const demo = (env: Record<string, string> = {}) => readConfig({ DATA_DIR, ...env });

const key = (letter: string) => Buffer.alloc(32, letter).toString('base64');
const secrets = {
  PERSONAL_DATA_KEY: key('a'),
  SEAL_SIGNING_KEY: key('b'),
  TOKEN_SECRET: key('c'),
  INTERNAL_SECRET: key('d'),
};
const production = (env: Record<string, string> = {}) =>
  readConfig({ SHOP_PROFILE: 'production', DATA_DIR, ...secrets, ...env });

function wrong(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  throw new Error('nothing was found wrong');
}

describe('The configuration', () => {
  it('needs nothing at all for a demo', () => {
    expect(demo()).toMatchObject({
      profile: 'demo',
      host: '127.0.0.1',
      port: 3000,
      dataDir: DATA_DIR,
      logDir: join(DATA_DIR, 'logs'),
      adminEmail: DEMO_ADMIN.email,
      seedDemo: true,
      requireSecondFactor: false,
      paymentProviders: ['sandbox', 'cash'],
      paymentTimeoutMs: 2000,
      rateLimitApi: 100,
      trustedProxies: [],
      databaseUrls: {},
    });
  });

  it('is frozen, lists and all', () => {
    const config = demo({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.trustedProxies)).toBe(true);
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
  });

  it('takes a database per context', () => {
    const config = demo({ DATABASE_URL: 'postgres://a/b', DATABASE_URL_ORDERING: 'postgresql://c/d' });
    expect(config.databaseUrl).toBe('postgres://a/b');
    expect(config.databaseUrls).toEqual({ ordering: 'postgresql://c/d' });
  });

  it('counts an empty variable as absent', () => {
    expect(demo({ PORT: '', REDIS_URL: ' ' })).toMatchObject({ port: 3000 });
    expect(demo({ REDIS_URL: '' }).redisUrl).toBeUndefined();
  });

  it.each([
    ['PORT', '70000', 'PORT must be a whole number from 0 to 65535'],
    ['PORT', '3000.5', 'PORT must be a whole number from 0 to 65535'],
    ['SEED_DEMO', 'yes', 'SEED_DEMO must be true or false'],
    ['SHOP_PROFILE', 'prod', 'SHOP_PROFILE must be demo or production'],
    ['DATABASE_URL', 'mysql://a/b', 'DATABASE_URL must be a URL that starts with postgres:// or postgresql://'],
    ['REDIS_URL', 'redis', 'REDIS_URL must be a URL that starts with redis:// or rediss://'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', 'TRUSTED_PROXIES must be IP addresses or ranges such as 10.0.0.0/8, separated by commas'], // prettier-ignore
    ['PAYMENT_PROVIDERS', 'gold', 'PAYMENT_PROVIDERS must be some of sandbox, cash, separated by commas'],
    ['TOKEN_SECRET', 'short', 'TOKEN_SECRET must be at least 32 random bytes in base64 (openssl rand -base64 32)'],
    ['DATABASE_URL_ORDERS', 'postgres://a/b', 'DATABASE_URL_ORDERS names no context: there are identity, customers, catalog, inventory, cart, ordering, payments, notifications, privacy, audit, sandbox'], // prettier-ignore
    ['ADMIN_EMAIL', 'admin', 'ADMIN_EMAIL must be an e-mail address'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be error, warn, info, debug or silent'],
  ])('refuses %s=%s in one line', (name, value, line) => {
    expect(wrong(() => demo({ [name]: value }))).toEqual([line]);
  });

  it('says everything that is wrong at once', () => {
    expect(wrong(() => demo({ PORT: 'x', SEED_DEMO: 'x', DATABASE_URL: 'x' }))).toHaveLength(3);
  });
});

describe('The demo', () => {
  it('makes its secrets once, for its owner only', () => {
    const { personalDataKey, tokenSecret } = demo();
    expect(Buffer.from(personalDataKey, 'base64')).toHaveLength(32);
    expect(personalDataKey).not.toBe(tokenSecret);
    expect(demo()).toMatchObject({ personalDataKey, tokenSecret });
    expect(statSync(join(DATA_DIR, 'secrets')).mode & 0o777).toBe(0o600);
  });

  it('is known to be somewhere without being made there', () => {
    const elsewhere = join(DATA_DIR, 'elsewhere');
    expect(isFurnished({ DATA_DIR: elsewhere })).toBe(false);
    expect(existsSync(elsewhere)).toBe(false);
    expect(isFurnished({ SHOP_PROFILE: 'production' })).toBe(true);
    demo({ DATA_DIR: elsewhere });
    expect(isFurnished({ DATA_DIR: elsewhere })).toBe(true);
  });

  it.each(['0.0.0.0', '::', '192.168.1.4', 'shop.example'])('does not listen on %s with a known password', (HOST) => {
    expect(wrong(() => demo({ HOST }))).toEqual([
      `HOST ${HOST} is reachable by others: set an ADMIN_PASSWORD of your own first, or keep HOST=127.0.0.1`,
    ]);
    expect(wrong(() => demo({ HOST, ADMIN_PASSWORD: DEMO_ADMIN.password }))).toHaveLength(1);
    expect(demo({ HOST, ADMIN_PASSWORD: 'one of my own' }).host).toBe(HOST);
  });

  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('may listen on %s', (HOST) => {
    expect(demo({ HOST }).host).toBe(HOST);
  });
});

describe('Production', () => {
  it('starts with secrets of its own', () => {
    expect(production()).toMatchObject({
      profile: 'production',
      host: '0.0.0.0',
      seedDemo: false,
      requireSecondFactor: true,
      paymentProviders: ['cash'],
    });
    expect(production().adminPassword).toBeUndefined();
  });

  it('names every secret that is missing', () => {
    const lines = wrong(() => readConfig({ SHOP_PROFILE: 'production', DATA_DIR }));
    expect(lines).toHaveLength(4);
    expect(lines).toContain(
      'PERSONAL_DATA_KEY is missing: it must be at least 32 random bytes in base64 (openssl rand -base64 32)',
    );
  });

  it("refuses the demo's secrets, its password and its payment provider", () => {
    const { tokenSecret } = demo();
    expect(wrong(() => production({ TOKEN_SECRET: tokenSecret }))[0]).toContain("TOKEN_SECRET is the demo's");
    expect(wrong(() => production({ ADMIN_PASSWORD: DEMO_ADMIN.password }))[0]).toContain(
      "ADMIN_PASSWORD is the demo's",
    );
    expect(wrong(() => production({ PAYMENT_PROVIDERS: 'cash,sandbox' }))[0]).toContain('must not contain sandbox');
  });
});

describe('.env.example', () => {
  const lines = readFileSync(resolve(__dirname, '../../../../.env.example'), 'utf8').split('\n');
  const listed = lines.flatMap((line) => {
    const [, off, name, value] = /^(# )?([A-Z][A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    return name ? [{ name, value: off ? undefined : value }] : [];
  });

  it('lists every variable, once', () => {
    expect(listed.map(({ name }) => name).sort()).toEqual(Object.keys(variables.shape).sort());
  });

  it('gives each the default it has', () => {
    const given = Object.fromEntries(listed.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
    expect(given).toEqual(defaults.demo);
  });
});
