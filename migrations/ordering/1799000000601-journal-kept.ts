import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/** The journal of processes is added to and read, and never changed: no build of before does more. */
export class JournalKept1799000000601 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`revoke update, delete on process_journal from ${runtimeRole('ordering')}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
