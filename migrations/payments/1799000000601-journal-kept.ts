import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/** The journal of payments is added to and read, and never changed: no build of before does more. */
export class JournalKept1799000000601 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`revoke update, delete on payment_journal from ${runtimeRole('payments')}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
