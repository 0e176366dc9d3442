import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Builds of before write results without a MAC beside it; they do not count. */
export class VerificationMacs1799000000712 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table order_verifications add column mac bytea`);
    await queryRunner.query(
      `comment on column order_verifications.mac is 'HMAC-SHA256 over the verification and its result with EVENT_MAC_KEY.'`,
    );
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
