import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * With which cart token a guest placed an order: each token orders once, and reads nothing from then on. Orders of
 * customers, and those that an older build placed, have none.
 */
export class GuestTokens1799000000100 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table placed_carts add column guest text, add column guest_since int`);
    await queryRunner.query(
      `create unique index placed_carts_guest_token on placed_carts (guest, guest_since) where guest is not null`,
    );
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
