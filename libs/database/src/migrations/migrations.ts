import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationInterface } from 'typeorm';
import type { ContextName } from '#platform/config';

export interface MigrationClass {
  new (): MigrationInterface;
  /** True if a build without this migration can work with its result. */
  readonly olderBuildsMayRun?: boolean;
}

export interface MigrationFile {
  readonly timestamp: number;
  readonly path: string;
}

const FILE_NAME = /^(\d{13})-[a-z0-9-]+\.(js|ts)$/;

/** This relative path is the same in the sources and in the build. */
export const migrationsFolder = join(__dirname, '../../../../migrations');

/** The context's migrations, in the order in which they run. */
export function listMigrationFiles(context: ContextName, folder = migrationsFolder): readonly MigrationFile[] {
  const own = join(folder, context);
  if (!existsSync(own)) return [];
  return readdirSync(own)
    .flatMap((name) => {
      const [, timestamp] = FILE_NAME.exec(name) ?? [];
      return timestamp ? [{ timestamp: Number(timestamp), path: join(own, name) }] : [];
    })
    .sort((a, b) => a.timestamp - b.timestamp);
}

/**
 * The migration class in the file. The name of the class ends with the timestamp of the file, because TypeORM reads the
 * timestamp from the name.
 */
export function loadMigrationClass({ timestamp, path }: MigrationFile): MigrationClass {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const found = Object.values(require(path) as Record<string, unknown>).find(
    (value): value is MigrationClass => typeof value === 'function' && value.name.endsWith(String(timestamp)),
  );
  if (!found) throw new Error(`${path} exports no class whose name ends with ${timestamp}`);
  return found;
}
