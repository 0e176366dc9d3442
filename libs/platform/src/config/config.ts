import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { contextNames, type ContextName } from './contexts';
import { DEMO_ADMIN, defaults } from './defaults';
import { readOrCreateDemoSecrets, readDemoSecrets, secretNames, type Secrets } from './demo-secrets';
import { faultsOfMissingFeatures } from './missing-features';
import { variables, type Variables } from './variables';

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Tail>>}`
  : Lowercase<Name>;

type Plain = Omit<
  Variables,
  `DATABASE_URL_${string}` | 'SHOP_PROFILE' | 'LOG_DIR' | 'ERASED_SUBJECTS_FILE' | 'SEAL_ANCHOR_FILE'
>;
type Settings = { readonly [Name in keyof Plain as Camel<Name & string>]: Plain[Name] };

interface Values extends Settings {
  readonly profile: 'demo' | 'production';
  readonly logDir: string;
  /** The URL of the leadership connection, if it differs from the URL of the other connections. */
  readonly databaseUrlLeadership?: string;
  /**
   * If true, the limit of the API does not apply to requests from this machine. True in a demo without RATE_LIMIT_API.
   */
  readonly exemptsLoopback: boolean;
  readonly erasedSubjectsFile: string;
  readonly sealAnchorFile: string;
  readonly databaseUrls: Readonly<Partial<Record<ContextName, string>>>;
}

const FieldsOfSettings = class {} as new () => Values;

/** The settings, checked and frozen. The variable PAYMENT_TIMEOUT_MS is the field `paymentTimeoutMs`. */
export class Config extends FieldsOfSettings {}

/** The environment has wrong variables. `lines` has one line of text for each fault. */
export class ConfigError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(`Wrong environment variables:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const toCamelCase = (name: string) =>
  name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment. An empty variable is treated as absent. An absent variable gets its value from `fallback`, if
 * it is there. Throws `ConfigError` if a variable is wrong.
 */
export function readConfig(env: Environment = process.env, fallback: Environment = {}): Config {
  const nonEmpty = Object.entries(env).filter(([, value]) => value?.trim());
  const given: Environment = { ...fallback, ...Object.fromEntries(nonEmpty) };
  const profile = given['SHOP_PROFILE'] === 'production' ? 'production' : 'demo';
  const dataDir = resolve(given['DATA_DIR'] ?? defaults[profile].DATA_DIR!);
  const secrets: Secrets = profile === 'demo' ? secretsOfDemo(given, dataDir) : {};
  const parsed = variables.safeParse({ ...defaults[profile], ...secrets, ...given });

  const lines = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const name = String(path[0]);
    return given[name] === undefined ? `${name} is missing: it ${message}` : `${name} ${message}`;
  });
  lines.push(...faultsOfMisspeltNames(given), ...faultsOfMissingFeatures(given), ...faultsOfPorts(given, profile));
  if (profile === 'production') lines.push(...faultsInProduction(given, dataDir));
  else lines.push(...faultsInDemo(given));
  if (!parsed.success || lines.length > 0) throw new ConfigError([...new Set(lines)]);
  return buildConfig(parsed.data, dataDir, profile === 'demo' && given['RATE_LIMIT_API'] === undefined);
}

/**
 * Whether a shop was set up with this environment before: the profile is production, or a secret is set, or the data
 * folder has demo secrets. Call this function before `readConfig`, because `readConfig` creates missing demo secrets.
 */
export function isShopSetUp(env: Environment = process.env): boolean {
  if (env['SHOP_PROFILE'] === 'production' || secretNames.some((name) => env[name]?.trim())) return true;
  const secrets = readDemoSecrets(resolve(env['DATA_DIR']?.trim() || defaults.demo.DATA_DIR!));
  return Object.keys(secrets).length > 0;
}

function secretsOfDemo(given: Environment, dataDir: string): Secrets {
  return secretNames.every((name) => given[name]) ? {} : readOrCreateDemoSecrets(dataDir);
}

function buildConfig(values: Variables, dataDir: string, exemptsLoopback: boolean): Config {
  const {
    SHOP_PROFILE: profile,
    LOG_DIR,
    ERASED_SUBJECTS_FILE,
    SEAL_ANCHOR_FILE,
    DATABASE_URL_LEADERSHIP: databaseUrlLeadership,
    ...rest
  } = values;
  const plain = Object.entries(rest).filter(([name]) => !name.startsWith('DATABASE_URL_'));
  const databaseUrls = Object.fromEntries(
    contextNames.flatMap((context) => {
      const url = values[`DATABASE_URL_${context.toUpperCase() as Uppercase<ContextName>}`];
      return url === undefined ? [] : [[context, url]];
    }),
  );
  return Object.freeze(
    Object.assign(
      new Config(),
      Object.fromEntries(plain.map(([name, value]) => [toCamelCase(name), freezeList(value)])),
      {
        profile,
        dataDir,
        exemptsLoopback,
        logDir: resolve(LOG_DIR ?? `${dataDir}/logs`),
        ...(databaseUrlLeadership !== undefined && { databaseUrlLeadership }),
        erasedSubjectsFile: resolve(ERASED_SUBJECTS_FILE ?? `${dataDir}/erased-subjects`),
        sealAnchorFile: resolve(SEAL_ANCHOR_FILE ?? `${dataDir}/seal-anchor`),
        databaseUrls: Object.freeze(databaseUrls),
      },
    ),
  );
}

const freezeList = (value: unknown) => (Array.isArray(value) ? Object.freeze(value) : value);

/**
 * Finds two kinds of misspelt names. If a name DATABASE_URL_… has a misspelt context, the data of this context would go
 * into the common database. If the name of a list is in the singular, such as EVENT_FORMER_KEY, the list would be
 * empty.
 */
function faultsOfMisspeltNames(given: Environment): string[] {
  const unknown = Object.keys(given).filter((name) => !(name in variables.shape));
  return [
    ...unknown
      .filter((name) => name.startsWith('DATABASE_URL_'))
      .map((name) => `${name} does not name a context: the contexts are ${contextNames.join(', ')}`),
    ...unknown
      .filter((name) => `${name}S` in variables.shape)
      .map((name) => `${name} is not read: the name is ${name}S`),
  ];
}

function faultsOfPorts(given: Environment, profile: 'demo' | 'production'): string[] {
  const port = given['PORT'] ?? defaults[profile].PORT;
  if (port !== given['METRICS_PORT'] || port === '0') return [];
  return [`METRICS_PORT must differ from PORT, which is also ${port}`];
}

function faultsInDemo(given: Environment): string[] {
  const host = given['HOST'] ?? defaults.demo.HOST!;
  if (isLoopback(host) || (given['ADMIN_PASSWORD'] ?? DEMO_ADMIN.password) !== DEMO_ADMIN.password) return [];
  if (!variables.shape.HOST.safeParse(host).success) return []; // reported already
  if (isIP(host) === 0)
    return [`HOST ${host} is not an IP address: keep HOST=127.0.0.1, or set an ADMIN_PASSWORD of your own first`];
  return [`HOST ${host} is reachable by others: set an ADMIN_PASSWORD of your own first, or keep HOST=127.0.0.1`];
}

function faultsInProduction(given: Environment, dataDir: string): string[] {
  const demo = readDemoSecrets(dataDir);
  const lines = secretNames
    .filter((name) => given[name] !== undefined && given[name] === demo[name])
    .map((name) => `${name} is the demo's: production needs its own secret (openssl rand -base64 32)`);
  if (given['ADMIN_PASSWORD'] === DEMO_ADMIN.password)
    lines.push("ADMIN_PASSWORD is the demo's: choose another password");
  if (given['PAYMENT_PROVIDERS']?.split(',').some((name) => name.trim() === 'sandbox'))
    lines.push('PAYMENT_PROVIDERS must not contain sandbox in production');
  if (given['TRUSTED_PROXIES']?.split(',').some((range) => range.trim().endsWith('/0')))
    lines.push('TRUSTED_PROXIES must not name every address: anybody could forge the address of a request');
  if (given['SEED_DEMO'] === 'true')
    lines.push('SEED_DEMO must not be true in production: it adds demo products to a real shop');
  return lines;
}
