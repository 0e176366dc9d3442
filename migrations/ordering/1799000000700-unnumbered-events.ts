import type { MigrationInterface, QueryRunner } from 'typeorm';

export class UnnumberedEvents1799000000700 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create table order_unnumbered (
    event_id uuid primary key,
    order_id uuid not null,
    version int not null,
    error text,
    at timestamptz not null default now()
  )`);
    await queryRunner.query(`create index order_unnumbered_order on order_unnumbered (order_id, version)`);
    await queryRunner.query(
      `comment on table order_unnumbered is 'Committed events that got no position, and those of the same order after them; see the sequencer.'`,
    );
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
