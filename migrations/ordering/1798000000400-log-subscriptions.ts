import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LogSubscriptions1798000000400 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
    create table log_subscriptions (
      name text primary key,
      position bigint not null,
      moved_at timestamptz not null default now(),
      failures int not null default 0,
      error text
    ) with (fillfactor = 50)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
