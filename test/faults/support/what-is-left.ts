import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { connect } from '../../../libs/database/src/pool/connection';

/** Folders that are not searched: Postgres keeps deleted rows there until it overwrites them. */
export const EXCEPTED = ['postgres/base', 'postgres/global', 'postgres/pg_wal'];

/** The URL of the embedded server of an open shop. */
export function serverOf(dataDir: string): string {
  const serverFile = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as ServerFile;
  const socket = serverFile.host.startsWith('/');
  const authority = `shop:${serverFile.password}@${socket ? 'localhost' : serverFile.host}:${serverFile.port}`;
  return `postgres://${authority}/shop${socket ? `?host=${encodeURIComponent(serverFile.host)}` : ''}`;
}

interface ServerFile {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

export async function query<Row extends object>(server: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = await connect(server, 'test');
  try {
    return (await client.query<Row & Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** All rows of all tables in all schemas, by table. The statistics about columns are included, unlike in pg_dump. */
export async function everyRow(server: string): Promise<Map<string, Buffer>> {
  const client = await connect(server, 'test', { types: { getTypeParser: () => String } });
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')
       union all select 'pg_stats'`,
    );
    const dump = new Map<string, Buffer>();
    for (const { name } of rows) {
      const all = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      dump.set(name, Buffer.from(all.rows.map(({ row }) => row).join('\n')));
    }
    return dump;
  } finally {
    await client.end();
  }
}

/** The output of pg_dump. Undefined if this machine has no pg_dump for the version of this server. */
export function pgDump(server: string): Buffer | undefined {
  const root = '/usr/lib/postgresql';
  const program = (existsSync(root) ? readdirSync(root) : [])
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin', 'pg_dump'))
    .find((path) => existsSync(path));
  if (!program) return undefined;
  const result = spawnSync(program, ['--inserts', server], { maxBuffer: 1 << 30 });
  return result.status === 0 ? result.stdout : undefined;
}

/** All files below the folder, without the excepted folders. */
export function everyFile(dataDir: string, folder = dataDir): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const relativePath = relative(dataDir, path);
    if (EXCEPTED.includes(relativePath)) continue;
    const stats = statSync(path);
    if (stats.isDirectory()) for (const [inside, bytes] of everyFile(dataDir, path)) files.set(inside, bytes);
    else if (stats.isFile()) files.set(relativePath, readFileSync(path));
  }
  return files;
}
