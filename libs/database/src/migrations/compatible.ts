import { readFileSync } from 'node:fs';
import type { QueryRunner } from 'typeorm';
import type { ContextName } from '#platform/config';
import { migrationClass, type MigrationClass, type MigrationFile } from './migrations';

const IS_KEPT = `select to_regclass('compatible_migrations') is not null as kept`;
const KEEP = `insert into compatible_migrations ("timestamp") select unnest($1::bigint[]) on conflict do nothing`;

/** The migration's class. If it is compatible, it also adds itself to the list, in its own transaction. */
export function recordedMigration(file: MigrationFile): MigrationClass {
  const made = migrationClass(file);
  if (!made.olderBuildsMayRun) return made;
  const recorded = class extends made {
    override async up(queryRunner: QueryRunner): Promise<void> {
      await super.up(queryRunner);
      const [{ kept }] = (await queryRunner.query(IS_KEPT)) as [{ kept: boolean }];
      if (kept) await queryRunner.query(KEEP, [[file.timestamp]]);
    }
  };
  return Object.defineProperty(recorded, 'name', { value: made.name }); // TypeORM knows it by its name
}

/** Whether this build marks the migration with `olderBuildsMayRun`. */
export const isCompatible = (file: MigrationFile): boolean =>
  readFileSync(file.path, 'utf8').includes('olderBuildsMayRun') && // most are not, and loading them all takes far longer
  migrationClass(file).olderBuildsMayRun === true;

/** Migrations that ran before there was a list, or before they were declared compatible. */
export async function recordEarlier(
  query: (sql: string, values?: unknown[]) => Promise<unknown>,
  files: readonly MigrationFile[],
): Promise<void> {
  const [{ kept }] = (await query(IS_KEPT)) as [{ kept: boolean }];
  const compatible = files.filter(isCompatible).map(({ timestamp }) => timestamp);
  if (kept && compatible.length > 0) await query(KEEP, [compatible]);
}

/** A newer build migrated the database, and this build may not go on working with it. */
export class NewerMigrations extends Error {
  constructor(unknown: Readonly<Partial<Record<ContextName, readonly string[]>>>) {
    const each = Object.entries(unknown).map(([context, names]) => `${context}: ${names.join(', ')}`);
    super(
      `The database has migrations that this build does not have (${each.join('; ')}), and an older build may not ` +
        'work with them: start the build that made them, or a newer one',
    );
    this.name = 'NewerMigrations';
  }
}

/** An earlier build made the database, and a command does not change that by itself. */
export class MissingMigrations extends Error {
  constructor(missing: Readonly<Partial<Record<ContextName, readonly string[]>>>) {
    const each = Object.entries(missing).map(([context, names]) => `${context}: ${names.join(', ')}`);
    super(
      `The database lacks migrations of this build (${each.join('; ')}), and a command does not run them by itself: ` +
        'use the build that made the database, or run "npm run shop -- migrate" first',
    );
    this.name = 'MissingMigrations';
  }
}
