import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An older build that runs at the same time writes results without a MAC. This build does not show such results. */
export class JournalCheckMacs1799000000812 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table journal_checks add column mac bytea`);
    await queryRunner.query(
      `comment on column journal_checks.mac is 'HMAC-SHA256 over the result and its time with EVENT_MAC_KEY.'`,
    );
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
