import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Verifications1799000000510 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
    create table order_verifications (
      id uuid primary key,
      cause text not null check (cause in ('asked', 'nightly', 'tail')),
      state text not null default 'running' check (state in ('running', 'done', 'stopped')),
      from_position bigint not null,
      to_position bigint,
      checked bigint not null default 0,
      last bigint,
      started_at timestamptz not null default now(),
      heard_at timestamptz not null default now(),
      result jsonb
    )`);
    await queryRunner.query(
      `create unique index order_verifications_running on order_verifications ((true)) where state = 'running'`,
    );
    await queryRunner.query(`create index order_verifications_recent on order_verifications (started_at desc)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
