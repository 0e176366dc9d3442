import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFolderOf } from './unusable-folder';

export const secretNames = [
  'PERSONAL_DATA_KEY',
  'SEAL_SIGNING_KEY',
  'EVENT_MAC_KEY',
  'TOKEN_SECRET',
  'INTERNAL_SECRET',
  'CART_TOKEN_SECRET',
  'SANDBOX_WEBHOOK_SECRET',
] as const;
/**
 * The file with the secrets of the demo is damaged. Without the secrets, the data in the folder cannot be decrypted.
 */
export class DamagedSecrets extends Error {
  constructor(file: string, cause: Error) {
    super(`${file} is not valid JSON, restore it from a backup: ${cause.message}`, { cause });
    this.name = 'DamagedSecrets';
  }
}

export type Secrets = Partial<Record<(typeof secretNames)[number], string>>;

const fileIn = (dataDir: string) => join(dataDir, 'secrets');

/** The secrets that the demo has stored in this data folder. Empty if the demo never ran with this folder. */
export function readDemoSecrets(dataDir: string): Secrets {
  const text = inFolderOf('DATA_DIR', dataDir, () => read(fileIn(dataDir)));
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Secrets;
  } catch (error) {
    throw new DamagedSecrets(fileIn(dataDir), error as Error);
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Reads the demo secrets, and creates the missing secrets. Processes that start at the same time on a new folder get
 * the same secrets.
 */
export const readOrCreateDemoSecrets = (dataDir: string): Secrets =>
  inFolderOf('DATA_DIR', dataDir, () => readOrCreate(dataDir));

function readOrCreate(dataDir: string): Secrets {
  const known = readDemoSecrets(dataDir);
  if (secretNames.every((name) => known[name])) return known;
  const all = Object.fromEntries(
    secretNames.map((name) => [name, known[name] ?? randomBytes(32).toString('base64')]),
  ) as Secrets;
  mkdirSync(dataDir, { recursive: true });
  const draft = `${fileIn(dataDir)}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  try {
    if (Object.keys(known).length > 0) rmSync(fileIn(dataDir)); // a file of an older build has only some secrets
    linkSync(draft, fileIn(dataDir));
    return all;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readDemoSecrets(dataDir);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
