import type { QueryRunner } from 'typeorm';
import type { ContextName } from '#platform/config';
import { runtimeRole } from '#platform/database';

/** Snapshots of long streams, in the schema of the context that migrates. */
export async function createSnapshotTable(queryRunner: QueryRunner): Promise<void> {
  const [{ context, version }] = (await queryRunner.query(
    `select current_schema() as context, current_setting('server_version_num')::int as version`,
  )) as [{ context: ContextName; version: number }];
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
  if (version >= 170000) await queryRunner.query(`grant maintain on order_snapshots to ${runtimeRole(context)}`);
}
