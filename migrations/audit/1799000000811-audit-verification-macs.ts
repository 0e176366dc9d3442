import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An older build that runs at the same time writes results without a MAC. This build does not use such results. */
export class AuditVerificationMacs1799000000811 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table verifications add column mac bytea`);
    await queryRunner.query(
      `comment on column verifications.mac is 'HMAC-SHA256 over the verification and its result with EVENT_MAC_KEY.'`,
    );
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
