import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each person with a daily limit has given back on a day of the shop. */
export class RefundAllowances1799000000201 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table refund_allowances (
        refund_id uuid primary key,
        actor uuid not null,
        day date not null,
        amount bigint not null check (amount > 0)
      );
      create index refund_allowances_of_day on refund_allowances (actor, day);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
