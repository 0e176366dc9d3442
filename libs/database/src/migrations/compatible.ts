import { readFileSync } from 'node:fs';
import type { QueryRunner } from 'typeorm';
import type { ContextName } from '#platform/config';
import { loadMigrationClass, type MigrationClass, type MigrationFile } from './migrations';

const HAS_LIST = `select to_regclass('compatible_migrations') is not null as kept`;
const ADD_TO_LIST = `insert into compatible_migrations ("timestamp") select unnest($1::bigint[]) on conflict do nothing`;

/**
 * The class of the migration. A compatible migration also adds itself to `compatible_migrations`, in its own
 * transaction.
 */
export function withRecording(file: MigrationFile): MigrationClass {
  const original = loadMigrationClass(file);
  if (!original.olderBuildsMayRun) return original;
  const recorded = class extends original {
    override async up(queryRunner: QueryRunner): Promise<void> {
      await super.up(queryRunner);
      const [{ kept: hasList }] = (await queryRunner.query(HAS_LIST)) as [{ kept: boolean }];
      if (hasList) await queryRunner.query(ADD_TO_LIST, [[file.timestamp]]);
    }
  };
  // TypeORM identifies a migration by its class name
  return Object.defineProperty(recorded, 'name', { value: original.name });
}

/** True if this build declares the migration compatible, with `olderBuildsMayRun`. */
export const isCompatible = (file: MigrationFile): boolean =>
  // most files do not contain this word, and loading all files takes much longer
  readFileSync(file.path, 'utf8').includes('olderBuildsMayRun') && loadMigrationClass(file).olderBuildsMayRun === true;

/**
 * Adds to the list the compatible migrations that ran before the list existed, or before they were declared compatible.
 */
export async function recordCompatible(
  query: (sql: string, values?: unknown[]) => Promise<unknown>,
  files: readonly MigrationFile[],
): Promise<void> {
  const [{ kept: hasList }] = (await query(HAS_LIST)) as [{ kept: boolean }];
  const compatible = files.filter(isCompatible).map(({ timestamp }) => timestamp);
  if (hasList && compatible.length > 0) await query(ADD_TO_LIST, [compatible]);
}

/** A newer build has migrated the database, and perhaps this build does not work with the result. */
export class NewerMigrations extends Error {
  constructor(unknown: Readonly<Partial<Record<ContextName, readonly string[]>>>) {
    const each = Object.entries(unknown).map(([context, names]) => `${context}: ${names.join(', ')}`);
    super(
      `The database has migrations that this build does not have (${each.join('; ')}), and it may not ` +
        'work with the result: start the build that ran them, or a newer build',
    );
    this.name = 'NewerMigrations';
  }
}

/** An earlier build has migrated the database. A command of the command line does not migrate such a database. */
export class MissingMigrations extends Error {
  constructor(missing: Readonly<Partial<Record<ContextName, readonly string[]>>>) {
    const each = Object.entries(missing).map(([context, names]) => `${context}: ${names.join(', ')}`);
    super(
      `The database lacks migrations of this build (${each.join('; ')}), and this command does not run them: ` +
        'use the build that made the database, or run "npm run shop -- migrate" first',
    );
    this.name = 'MissingMigrations';
  }
}
