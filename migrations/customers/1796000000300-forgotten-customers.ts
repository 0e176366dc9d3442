import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of whoever was erased an empty row stays, so that nothing is written about them again. */
export class ForgottenCustomers1796000000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table customers add column erased_at timestamptz');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
