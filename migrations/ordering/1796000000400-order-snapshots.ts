import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class OrderSnapshots1796000000400 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Before Postgres 17 only the owner of a table can vacuum it.
    const [{ version }] = (await queryRunner.query(`select current_setting('server_version_num')::int as version`)) as [
      { version: number },
    ];
    const role = runtimeRole('ordering');
    await queryRunner.query(`create table order_snapshots (
    order_id uuid not null,
    reducer text not null,
    reducer_version int not null,
    version int not null,
    event_id uuid not null,
    state jsonb not null,
    primary key (order_id, reducer, reducer_version)
  )`);
    await queryRunner.query(`create index order_snapshots_reducer on order_snapshots (reducer, reducer_version)`);
    await queryRunner.query(
      `comment on table order_snapshots is 'Folds of long streams up to a version. All of it may be deleted at any time.'`,
    );
    if (version >= 170000) await queryRunner.query(`grant maintain on order_snapshots to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
