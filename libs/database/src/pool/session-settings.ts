import type { ClientBase, Pool, PoolConfig } from 'pg';

export type Settings = Readonly<Record<string, string>>;

/** Settings in the start-up packet, which cost no round trip. */
export const startUp = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

const withoutStartUp = new Set<string>();

/** A pooler at this URL drops the start-up packet's settings, so they are made by a statement. */
export function rememberLostSettings(url: string, lost: boolean): void {
  if (lost) withoutStartUp.add(url);
  else withoutStartUp.delete(url);
}

const NAMED = 'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as s(name, value)';

/** Makes the settings by a statement, on an open connection. */
export async function setAll(client: ClientBase, settings: Settings): Promise<void> {
  await client.query(NAMED, [Object.keys(settings), Object.values(settings)]);
}

/** How a new connection gets these settings: in the start-up packet, if that arrives. */
export function startsWith(url: string, settings: Settings): { options: string } | { settings: Settings } {
  return withoutStartUp.has(url) ? { settings } : { options: startUp(settings) };
}

/** The same for a pool. A new connection without its settings is not handed out. */
export function poolStartsWith(url: string, settings: Settings): Pick<PoolConfig, 'options' | 'verify'> {
  return withoutStartUp.has(url) ? { verify: verified(url, () => settings) } : { options: startUp(settings) };
}

/** For a pool that may be created before its server is known: each new connection uses what is known then. */
export function eachStartsWith(pool: Pool, url: string, settings: () => Settings): void {
  Object.defineProperty(pool.options, 'options', {
    enumerable: true,
    get: () => (withoutStartUp.has(url) ? undefined : startUp(settings())),
  });
  pool.options.verify = verified(url, settings);
}

const verified =
  (url: string, settings: () => Settings): PoolConfig['verify'] =>
  (client, done) => {
    if (!withoutStartUp.has(url)) return done();
    setAll(client, settings()).then(
      () => done(),
      (error: Error) => done(error),
    );
  };
