import type { ClientBase, Pool, PoolConfig } from 'pg';

export type Settings = Readonly<Record<string, string>>;

/** The settings as text for the start-up packet, which needs no extra round trip. */
export const startUp = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

const withoutStartUp = new Set<string>();

/** Remembers that a pooler at this URL drops the settings of the start-up packet. Then a statement sets them. */
export function rememberLostSettings(url: string, lost: boolean): void {
  if (lost) withoutStartUp.add(url);
  else withoutStartUp.delete(url);
}

const SET_CONFIG = 'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as s(name, value)';

/** Sets the settings with a statement, on an open connection. */
export async function setAll(client: ClientBase, settings: Settings): Promise<void> {
  await client.query(SET_CONFIG, [Object.keys(settings), Object.values(settings)]);
}

/** How a new connection gets these settings: in the start-up packet, unless a pooler drops them. */
export function startsWith(url: string, settings: Settings): { options: string } | { settings: Settings } {
  return withoutStartUp.has(url) ? { settings } : { options: startUp(settings) };
}

/** The same for a pool. A new connection is used only after its settings are set. */
export function poolStartsWith(url: string, settings: Settings): Pick<PoolConfig, 'options' | 'verify'> {
  return withoutStartUp.has(url) ? { verify: verified(url, () => settings) } : { options: startUp(settings) };
}

/** For a pool that is created before its server is checked: each new connection uses what is known at its opening. */
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
