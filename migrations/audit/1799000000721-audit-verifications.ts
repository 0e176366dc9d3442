import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AuditVerifications1799000000721 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
    create table verifications (
      id uuid primary key,
      state text not null default 'running' check (state in ('running', 'done', 'stopped')),
      checked bigint not null default 0,
      started_at timestamptz not null default now(),
      heard_at timestamptz not null default now(),
      result jsonb
    )`);
    await queryRunner.query(
      `create unique index verifications_running on verifications ((true)) where state = 'running'`,
    );
    await queryRunner.query(`create index verifications_started on verifications (started_at)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
