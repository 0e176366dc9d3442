import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFolderOf } from '#platform/config';
import { isAlive, startTimeOf } from './processes';
import { EmbeddedPostgresUnusable } from './unusable';

export interface Owner {
  readonly pid: number;
  readonly startedAt?: string;
}

/**
 * Another living process owns the data folder. The message is one line for the operator who starts the second process.
 */
export class DataFolderInUse extends Error {
  constructor(dataDir: string, owner: Owner) {
    super(`${dataDir} is in use by process ${owner.pid}: stop that process first, or set another DATA_DIR`);
    this.name = 'DataFolderInUse';
  }
}

const ownerFileIn = (dataDir: string) => join(dataDir, 'owner.json');

const isOwnerAlive = ({ pid, startedAt }: Owner) => isAlive(pid) && (!startedAt || startTimeOf(pid) === startedAt);

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return { pid: -1 }; // a power failure left an incomplete file: nobody owns it
    throw error;
  }
}

/** The living process that owns the data folder, if any. */
export function ownerOf(dataDir: string): Owner | undefined {
  const owner = readOwner(ownerFileIn(dataDir));
  return owner && owner.pid > 0 && isOwnerAlive(owner) ? owner : undefined;
}

/** Creates the file with its whole content in one step. False if the file exists already. */
function createIfMissing(file: string, me: Owner): boolean {
  const draft = `${file}.${me.pid}`;
  writeFileSync(draft, JSON.stringify(me), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Makes this process the folder's owner. Throws `DataFolderInUse` while another owner is alive. To replace a dead
 * owner, a process must first create a lock file, so that only one process can succeed. Returns a function that
 * releases the folder.
 */
export function takeOwnership(dataDir: string): () => void {
  inFolderOf('DATA_DIR', dataDir, () => mkdirSync(dataDir, { recursive: true }));
  const file = ownerFileIn(dataDir);
  const lockFile = `${file}.heir`;
  const me: Owner = { pid: process.pid, startedAt: startTimeOf(process.pid) };
  const release = () => rmSync(file, { force: true });
  for (let attempt = 0; attempt < 100; attempt++) {
    if (createIfMissing(file, me)) return release;
    const owner = ownerOf(dataDir);
    if (owner) throw new DataFolderInUse(dataDir, owner);
    if (createIfMissing(lockFile, me)) {
      try {
        const newOwner = ownerOf(dataDir); // perhaps another process became the owner before the lock was taken
        if (newOwner) throw new DataFolderInUse(dataDir, newOwner);
        writeFileSync(`${file}.next`, JSON.stringify(me), { mode: 0o600 });
        renameSync(`${file}.next`, file);
        return release;
      } finally {
        rmSync(lockFile, { force: true });
      }
    }
    const lockOwner = readOwner(lockFile);
    if (lockOwner && !isOwnerAlive(lockOwner)) rmSync(lockFile, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  throw new EmbeddedPostgresUnusable(`Another process is taking over ${dataDir}, and has not finished yet: try again`);
}
