import type { ClientBase, Pool, PoolConfig } from 'pg';

export type Settings = Readonly<Record<string, string>>;

/** The settings as text for the start-up packet. Settings in this packet need no extra round trip. */
export const startUpOptions = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

const urlsThatLoseSettings = new Set<string>();

/** Remembers that a pooler at this URL drops the settings of the start-up packet. Then a statement sets them. */
export function rememberLostSettings(url: string, lost: boolean): void {
  if (lost) urlsThatLoseSettings.add(url);
  else urlsThatLoseSettings.delete(url);
}

const SET_CONFIG = 'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as s(name, value)';

/** Sets the settings with a statement, on an open connection. */
export async function setWithStatement(client: ClientBase, settings: Settings): Promise<void> {
  await client.query(SET_CONFIG, [Object.keys(settings), Object.values(settings)]);
}

/** How a new connection gets these settings: in the start-up packet, or with a statement if a pooler drops them. */
export function connectionSettings(url: string, settings: Settings): { options: string } | { settings: Settings } {
  return urlsThatLoseSettings.has(url) ? { settings } : { options: startUpOptions(settings) };
}

/** Like `connectionSettings`, for a pool. A new connection is used only after its settings are set. */
export function poolSettings(url: string, settings: Settings): Pick<PoolConfig, 'options' | 'verify'> {
  return urlsThatLoseSettings.has(url)
    ? { verify: verifyWith(url, () => settings) }
    : { options: startUpOptions(settings) };
}

/**
 * For a pool that is created before its server is checked: each new connection uses what is known about the server at
 * the moment when the connection opens.
 */
export function setPoolSettings(pool: Pool, url: string, settings: () => Settings): void {
  Object.defineProperty(pool.options, 'options', {
    enumerable: true,
    get: () => (urlsThatLoseSettings.has(url) ? undefined : startUpOptions(settings())),
  });
  pool.options.verify = verifyWith(url, settings);
}

const verifyWith =
  (url: string, settings: () => Settings): PoolConfig['verify'] =>
  (client, done) => {
    if (!urlsThatLoseSettings.has(url)) return done();
    setWithStatement(client, settings()).then(
      () => done(),
      (error: Error) => done(error),
    );
  };
