import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresUnusable } from './unusable';

/** The operating system's user who runs Postgres. Postgres refuses to run as root. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const OUR_USER = 'shop-postgres';

function readUsers(): User[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name, , uid, gid]) => ({ name: name, uid: Number(uid), gid: Number(gid) }));
}

function createUser(): User | undefined {
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', OUR_USER]],
    ['adduser', ['-S', '-D', '-H', OUR_USER]],
  ];
  for (const [command, args] of ways) {
    try {
      execFileSync(command, args, { stdio: 'ignore', timeout: 10_000 });
      return readUsers().find(({ name }) => name === OUR_USER);
    } catch {
      continue; // this system has no such command
    }
  }
  return undefined;
}

/**
 * The user who must run Postgres if this process is root. Undefined if this process is not root: then its own user runs
 * Postgres.
 */
export function unprivilegedUser(directory: string): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const all = readUsers();
  const folderOwner = existsSync(directory) ? statSync(directory).uid : 0;
  const findByName = (wanted: string) => all.find(({ name, uid }) => name === wanted && uid !== 0);
  const user =
    all.find(({ uid }) => folderOwner !== 0 && uid === folderOwner) ??
    findByName('postgres') ??
    findByName(OUR_USER) ??
    createUser();
  const chosen = user ?? findByName('nobody');
  if (!chosen)
    throw new EmbeddedPostgresUnusable(
      'Postgres does not run as root, and no other user could be found or created: start the shop as another user, or set DATABASE_URL',
    );
  return chosen;
}

/** True if the user has the `x` right on the path and on all its parent folders. */
export function canReach(path: string, { uid, gid }: User): boolean {
  const { mode, uid: owner, gid: group } = statSync(path);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const parent = dirname(path);
  return parent === path || canReach(parent, { name: '', uid, gid });
}

export function giveTo(user: User | undefined, path: string): void {
  if (user) chownSync(path, user.uid, user.gid);
}
