import { resolve } from 'node:path';
import { contextNames, type ContextName } from './contexts';
import { DEMO_ADMIN, defaults } from './defaults';
import { demoSecrets, readDemoSecrets, secretNames, type Secrets } from './demo-secrets';
import { variables, type Variables } from './variables';

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Tail>>}`
  : Lowercase<Name>;

type Plain = Omit<Variables, `DATABASE_URL_${string}` | 'SHOP_PROFILE' | 'LOG_DIR'>;
type Settings = { readonly [Name in keyof Plain as Camel<Name & string>]: Plain[Name] };

interface Values extends Settings {
  readonly profile: 'demo' | 'production';
  readonly logDir: string;
  readonly databaseUrls: Readonly<Partial<Record<ContextName, string>>>;
}

const Plainly = class {} as new () => Values;

/** What the shop was told, checked and frozen: PAYMENT_TIMEOUT_MS is `paymentTimeoutMs`. */
export class Config extends Plainly {}

/** Every variable that is wrong, one line each. */
export class ConfigError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(`The environment is not right:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const camel = (name: string) => name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment; an empty variable counts as absent. `fallback` is what this process has by default where the
 * environment says nothing. Throws a `ConfigError`.
 */
export function readConfig(env: Environment = process.env, fallback: Environment = {}): Config {
  const said = Object.entries(env).filter(([, value]) => value?.trim());
  const given: Environment = { ...fallback, ...Object.fromEntries(said) };
  const profile = given['SHOP_PROFILE'] === 'production' ? 'production' : 'demo';
  const dataDir = resolve(given['DATA_DIR'] ?? defaults[profile].DATA_DIR!);
  const known: Secrets = profile === 'demo' ? missingSecrets(given, dataDir) : {};
  const parsed = variables.safeParse({ ...defaults[profile], ...known, ...given });

  const lines = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const name = String(path[0]);
    return given[name] === undefined ? `${name} is missing: it ${message}` : `${name} ${message}`;
  });
  lines.push(...strangers(given));
  if (profile === 'production') lines.push(...refusedInProduction(given, dataDir));
  else lines.push(...refusedInDemo(given));
  if (!parsed.success || lines.length > 0) throw new ConfigError([...new Set(lines)]);
  return settings(parsed.data, dataDir);
}

/** Whether a shop was ever here: reading the configuration of none would make it secrets. */
export function isFurnished(env: Environment = process.env): boolean {
  if (env['SHOP_PROFILE'] === 'production' || secretNames.some((name) => env[name]?.trim())) return true;
  const known = readDemoSecrets(resolve(env['DATA_DIR']?.trim() || defaults.demo.DATA_DIR!));
  return Object.keys(known).length > 0;
}

function missingSecrets(given: Environment, dataDir: string): Secrets {
  return secretNames.every((name) => given[name]) ? {} : demoSecrets(dataDir);
}

function settings(values: Variables, dataDir: string): Config {
  const { SHOP_PROFILE: profile, LOG_DIR, ...rest } = values;
  const plain = Object.entries(rest).filter(([name]) => !name.startsWith('DATABASE_URL_'));
  const databaseUrls = Object.fromEntries(
    contextNames.flatMap((context) => {
      const url = values[`DATABASE_URL_${context.toUpperCase() as Uppercase<ContextName>}`];
      return url === undefined ? [] : [[context, url]];
    }),
  );
  return Object.freeze(
    Object.assign(new Config(), Object.fromEntries(plain.map(([name, value]) => [camel(name), freeze(value)])), {
      profile,
      dataDir,
      logDir: resolve(LOG_DIR ?? `${dataDir}/logs`),
      databaseUrls: Object.freeze(databaseUrls),
    }),
  );
}

const freeze = (value: unknown) => (Array.isArray(value) ? Object.freeze(value) : value);

/** A context's name misspelt would quietly leave its data in the common database. */
function strangers(given: Environment): string[] {
  return Object.keys(given)
    .filter((name) => name.startsWith('DATABASE_URL_') && !(name in variables.shape))
    .map((name) => `${name} names no context: there are ${contextNames.join(', ')}`);
}

function refusedInDemo(given: Environment): string[] {
  const host = given['HOST'] ?? defaults.demo.HOST!;
  if (isLoopback(host) || (given['ADMIN_PASSWORD'] ?? DEMO_ADMIN.password) !== DEMO_ADMIN.password) return [];
  return [`HOST ${host} is reachable by others: set an ADMIN_PASSWORD of your own first, or keep HOST=127.0.0.1`];
}

function refusedInProduction(given: Environment, dataDir: string): string[] {
  const demo = readDemoSecrets(dataDir);
  const lines = secretNames
    .filter((name) => given[name] !== undefined && given[name] === demo[name])
    .map((name) => `${name} is the demo's: production needs one of its own (openssl rand -base64 32)`);
  if (given['ADMIN_PASSWORD'] === DEMO_ADMIN.password) lines.push("ADMIN_PASSWORD is the demo's: choose another");
  if (given['PAYMENT_PROVIDERS']?.split(',').some((name) => name.trim() === 'sandbox'))
    lines.push('PAYMENT_PROVIDERS must not contain sandbox in production');
  return lines;
}
