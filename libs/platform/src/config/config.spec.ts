import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError, isShopSetUp, readConfig } from './config';
import { DEMO_ADMIN, defaults } from './defaults';
import { variables } from './variables';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop-config-'));
afterAll(() => rmSync(DATA_DIR, { recursive: true, force: true }));

const demo = (env: Record<string, string> = {}) => readConfig({ DATA_DIR, ...env });

const key = (letter: string) => Buffer.alloc(32, letter).toString('base64');
const secrets = {
  PERSONAL_DATA_KEY: key('a'),
  SEAL_SIGNING_KEY: key('b'),
  EVENT_MAC_KEY: key('e'),
  TOKEN_SECRET: key('c'),
  INTERNAL_SECRET: key('d'),
  CART_TOKEN_SECRET: key('f'),
};
const production = (env: Record<string, string> = {}) =>
  readConfig({ SHOP_PROFILE: 'production', DATA_DIR, ...secrets, ...env });

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  throw new Error('no fault was found');
}

describe('The configuration', () => {
  it('needs no variables for a demo', () => {
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
      edgeRate: 50,
      edgeConnections: 100,
      edgeSockets: 20,
      trustedProxies: [],
      databaseUrls: {},
    });
  });

  it('limits requests from this machine in production, and in a demo if the limit is set', () => {
    const configs = [demo(), demo({ RATE_LIMIT_API: '' }), demo({ RATE_LIMIT_API: '100' }), production()];
    expect(configs.map(({ exemptsLoopback }) => exemptsLoopback)).toEqual([true, true, false, false]);
  });

  it('is frozen, with its lists', () => {
    const config = demo({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.trustedProxies)).toBe(true);
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
  });

  it('accepts a separate database for each context', () => {
    const config = demo({ DATABASE_URL: 'postgres://a/b', DATABASE_URL_ORDERING: 'postgresql://c/d' });
    expect(config.databaseUrl).toBe('postgres://a/b');
    expect(config.databaseUrls).toEqual({ ordering: 'postgresql://c/d' });
  });

  it('accepts a separate URL for the leadership connection, and a name of the build', () => {
    const config = demo({ DATABASE_URL_LEADERSHIP: 'postgres://a:5433/b', SHOP_BUILD: '2026-11-28.3' });
    expect(config).toMatchObject({
      databaseUrlLeadership: 'postgres://a:5433/b',
      shopBuild: '2026-11-28.3',
      databaseUrls: {},
    });
    expect(faultsOf(() => demo({ SHOP_BUILD: 'x'.repeat(65) }))).toHaveLength(1);
  });

  it.each([
    [
      'RABBITMQ_URL',
      'amqp://rabbitmq',
      'RABBITMQ_URL is set, but this build has no RabbitMQ transport yet: remove the setting',
    ],
    [
      'GOOGLE_CLIENT_ID',
      'us',
      'GOOGLE_CLIENT_ID is set, but this build has no log-in with Google yet: remove the setting',
    ],
    [
      'GOOGLE_CLIENT_SECRET',
      'x',
      'GOOGLE_CLIENT_SECRET is set, but this build has no log-in with Google yet: remove the setting',
    ],
    [
      'FACEBOOK_CLIENT_ID',
      'us',
      'FACEBOOK_CLIENT_ID is set, but this build has no log-in with Facebook yet: remove the setting',
    ],
    ['FACEBOOK_CLIENT_SECRET', 'x', 'FACEBOOK_CLIENT_SECRET is set, but this build has no log-in with Facebook yet: remove the setting'], // prettier-ignore
    [
      'STRIPE_SECRET_KEY',
      'sk',
      'STRIPE_SECRET_KEY is set, but this build has no payments by Stripe yet: remove the setting',
    ],
    [
      'VNPAY_HASH_SECRET',
      'x',
      'VNPAY_HASH_SECRET is set, but this build has no payments by VNPay yet: remove the setting',
    ],
    ['MOMO_SECRET_KEY', 'x', 'MOMO_SECRET_KEY is set, but this build has no payments by MoMo yet: remove the setting'],
    ['VIETQR_ACCOUNT', '1', 'VIETQR_ACCOUNT is set, but this build has no payments by VietQR yet: remove the setting'],
    ['BANK_FEED_SECRET', 'x', 'BANK_FEED_SECRET is set, but this build has no bank feed yet: remove the setting'],
    [
      'ORDER_ACCEPT_MINUTES',
      '30',
      'ORDER_ACCEPT_MINUTES is set, but this build has no time limit for accepting an order yet: remove the setting, or set it to 0',
    ],
    [
      'REQUIRE_SECOND_FACTOR',
      'true',
      'REQUIRE_SECOND_FACTOR is true, but this build has no second factor yet: remove the setting',
    ],
  ])('refuses %s, because the feature does not exist', (name, value, line) => {
    expect(faultsOf(() => demo({ [name]: value }))).toEqual([line]);
    expect(faultsOf(() => production({ [name]: value }))).toEqual([line]);
  });

  it('accepts 0 for a feature that does not exist', () => {
    expect(demo({ ORDER_ACCEPT_MINUTES: '0', SHUTDOWN_DELAY_MS: '0', GUEST_CASH_MAX_OPEN: '0' }).profile).toBe('demo');
  });

  it.each([
    ['EVENT_FORMER_KEY', 'EVENT_FORMER_KEYS'],
    ['SEAL_FORMER_KEY', 'SEAL_FORMER_KEYS'],
    ['CART_TOKEN_FORMER_SECRET', 'CART_TOKEN_FORMER_SECRETS'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
  ])('refuses %s, because the name is %s', (misspelt, name) => {
    expect(faultsOf(() => production({ [misspelt]: 'something' }))).toEqual([
      `${misspelt} is not read: the name is ${name}`,
    ]);
  });

  it('treats an empty variable as absent', () => {
    expect(demo({ PORT: '', REDIS_URL: ' ' })).toMatchObject({ port: 3000 });
    expect(demo({ REDIS_URL: '' }).redisUrl).toBeUndefined();
  });

  it('accepts blanks around a URL', () => {
    const config = demo({ DATABASE_URL: ' postgres://a/shop ', DATABASE_URL_CART: 'postgres://b/shop\n' });
    expect(config).toMatchObject({ databaseUrl: 'postgres://a/shop', databaseUrls: { cart: 'postgres://b/shop' } });
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
    ['DATABASE_URL_ORDERS', 'postgres://a/b', 'DATABASE_URL_ORDERS does not name a context: the contexts are identity, customers, catalog, inventory, cart, ordering, payments, notifications, privacy, audit, sandbox'], // prettier-ignore
    ['ADMIN_EMAIL', 'admin', 'ADMIN_EMAIL must be an e-mail address'],
    ['EDGE_RATE', '-1', 'EDGE_RATE must be a whole number from 0 to 1000000000'],
    ['METRICS_PORT', '99999', 'METRICS_PORT must be a whole number from 0 to 65535'],
    ['METRICS_TOKEN', 'short', 'METRICS_TOKEN must have 16 to 256 letters, digits and - . _ ~ + / only'],
    ['PAYMENT_PROVIDERS', ',', 'PAYMENT_PROVIDERS must name at least one of sandbox, cash'],
    ['MAIL_FROM', 'nonsense', 'MAIL_FROM must be an address such as Coffee & Tea <hello@coffee-tea.example>'],
    ['MAIL_FROM', 'Shop <a@b.vn> x', 'MAIL_FROM must be an address such as Coffee & Tea <hello@coffee-tea.example>'],
    ['METRICS_PORT', '3000', 'METRICS_PORT must differ from PORT, which is also 3000'],
    ['HOST', '-1', 'HOST is not an address: set an address of this machine, such as 127.0.0.1'],
    ['HOST', '127.0.0', 'HOST is not an address: set an address of this machine, such as 127.0.0.1'],
    ['HOST', 'nonsense', 'HOST nonsense is not an IP address: keep HOST=127.0.0.1, or set an ADMIN_PASSWORD of your own first'], // prettier-ignore
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be error, warn, info, debug or silent'],
  ])('refuses %s=%s with one line', (name, value, line) => {
    expect(faultsOf(() => demo({ [name]: value }))).toEqual([line]);
  });

  it.each(['hello@coffee-tea.example', 'Coffee & Tea <hello@coffee-tea.example>', '<hello@coffee-tea.example>'])(
    'accepts %s as the sender of letters',
    (from) => expect(demo({ MAIL_FROM: from }).mailFrom).toBe(from),
  );

  it.each([
    ['a file', () => join(DATA_DIR, 'secrets')],
    ['below a file', () => join(DATA_DIR, 'secrets', 'data')],
  ])('refuses a DATA_DIR that is %s', (_, path) => {
    demo();
    expect(() => readConfig({ DATA_DIR: path() })).toThrow(
      new RegExp(
        `^DATA_DIR ${path()} cannot be used \\(E.*\\): it must be a folder that the shop’s user may read and write$`,
      ),
    );
  });

  it('reports all faults at once', () => {
    expect(faultsOf(() => demo({ PORT: 'x', SEED_DEMO: 'x', DATABASE_URL: 'x' }))).toHaveLength(3);
  });
});

describe('The demo', () => {
  it('creates its secrets once, in a file that only its owner can read', () => {
    const { personalDataKey, tokenSecret } = demo();
    expect(Buffer.from(personalDataKey, 'base64')).toHaveLength(32);
    expect(personalDataKey).not.toBe(tokenSecret);
    expect(demo()).toMatchObject({ personalDataKey, tokenSecret });
    expect(statSync(join(DATA_DIR, 'secrets')).mode & 0o777).toBe(0o600);
  });

  it('is recognised by its secrets, and the check creates no secrets', () => {
    const otherDir = join(DATA_DIR, 'elsewhere');
    expect(isShopSetUp({ DATA_DIR: otherDir })).toBe(false);
    expect(existsSync(otherDir)).toBe(false);
    expect(isShopSetUp({ SHOP_PROFILE: 'production' })).toBe(true);
    demo({ DATA_DIR: otherDir });
    expect(isShopSetUp({ DATA_DIR: otherDir })).toBe(true);
  });

  it.each(['0.0.0.0', '::', '192.168.1.4'])('does not listen on %s with the public password', (HOST) => {
    expect(faultsOf(() => demo({ HOST }))).toEqual([
      `HOST ${HOST} is reachable by others: set an ADMIN_PASSWORD of your own first, or keep HOST=127.0.0.1`,
    ]);
    expect(faultsOf(() => demo({ HOST, ADMIN_PASSWORD: DEMO_ADMIN.password }))).toHaveLength(1);
    expect(demo({ HOST, ADMIN_PASSWORD: 'one of my own' }).host).toBe(HOST);
  });

  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('may listen on %s', (HOST) => {
    expect(demo({ HOST }).host).toBe(HOST);
  });
});

describe('Production', () => {
  it('starts with its own secrets', () => {
    expect(production()).toMatchObject({
      profile: 'production',
      host: '0.0.0.0',
      seedDemo: false,
      requireSecondFactor: false,
      paymentProviders: ['cash'],
    });
    expect(production().adminPassword).toBeUndefined();
  });

  it('reports every missing secret', () => {
    const lines = faultsOf(() => readConfig({ SHOP_PROFILE: 'production', DATA_DIR }));
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(Object.keys(secrets).sort());
    expect(lines).toContain(
      'PERSONAL_DATA_KEY is missing: it must be at least 32 random bytes in base64 (openssl rand -base64 32)',
    );
  });

  it('refuses the secrets, the password and the payment provider of the demo', () => {
    const { tokenSecret } = demo();
    expect(faultsOf(() => production({ TOKEN_SECRET: tokenSecret }))[0]).toContain("TOKEN_SECRET is the demo's");
    expect(faultsOf(() => production({ ADMIN_PASSWORD: DEMO_ADMIN.password }))[0]).toContain(
      "ADMIN_PASSWORD is the demo's",
    );
    expect(faultsOf(() => production({ PAYMENT_PROVIDERS: 'cash,sandbox' }))[0]).toContain('must not contain sandbox');
    for (const all of ['0.0.0.0/0', '10.0.0.1, ::/0'])
      expect(faultsOf(() => production({ TRUSTED_PROXIES: all }))[0]).toContain('must not name every address');
  });

  it('refuses demo products, and limits the items of guests who pay cash', () => {
    expect(faultsOf(() => production({ SEED_DEMO: 'true' }))).toEqual([
      'SEED_DEMO must not be true in production: it adds demo products to a real shop',
    ]);
    expect([production().guestCashMaxItems, demo().guestCashMaxItems]).toEqual([30, 0]);
  });
});

describe('.env.example', () => {
  const lines = readFileSync(resolve(__dirname, '../../../../.env.example'), 'utf8').split('\n');
  const listed = lines.flatMap((line) => {
    const [, isCommentedOut, name, value] = /^(# )?([A-Z][A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    return name ? [{ name, value: isCommentedOut ? undefined : value }] : [];
  });

  it('lists every variable once', () => {
    expect(listed.map(({ name }) => name).sort()).toEqual(Object.keys(variables.shape).sort());
  });

  it('shows the default of each variable', () => {
    const shownDefaults = Object.fromEntries(
      listed.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    );
    expect(shownDefaults).toEqual(defaults.demo);
  });
});
