import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since which order the guest's token was valid with which a log-in took the cart over. */
export class MergedSince1799000000770 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table carts add column merged_since bigint');
    await queryRunner.query('alter table cart_merges add column merged_since bigint');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
