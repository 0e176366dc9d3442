import type { MigrationInterface, QueryRunner } from 'typeorm';

export class News1799000000000 implements MigrationInterface {
  /** This migration only adds a table, which older builds do not use. */
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create table news (
      message_id uuid not null,
      type text not null,
      order_id uuid not null,
      sent_at timestamptz not null,
      heard_at timestamptz not null default clock_timestamp()
    )`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
