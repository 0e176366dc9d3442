import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#platform/database';
import { createRebuildTables } from '#platform/projections';

export class Rebuilds1796000000100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createRebuildTables(queryRunner, runtimeRole('ordering'));
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
