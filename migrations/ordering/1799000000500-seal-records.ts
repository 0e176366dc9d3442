import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class SealRecords1799000000500 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('ordering');
    await queryRunner.query(`
create table order_seal_records (
  number bigint primary key check (number > 0),
  body text not null,
  key_id text not null,
  signature bytea not null,
  kind text not null generated always as (body::jsonb->>'kind') stored,
  after bigint generated always as ((body::jsonb->>'after')::bigint) stored,
  position bigint generated always as ((body::jsonb->>'position')::bigint) stored,
  voided jsonb generated always as (body::jsonb->'voided') stored
);
comment on table order_seal_records is 'What was decided about the seals: signed, chained. Append-only.';

create table order_reseals (
  record bigint not null,
  position bigint not null,
  after bigint not null check (after >= 0 and after < position),
  root bytea not null,
  hash bytea not null,
  key_id text not null,
  signature bytea not null,
  sealed_at timestamptz not null,
  primary key (record, position),
  unique (record, after)
);
create index order_reseals_position on order_reseals (position);
comment on table order_reseals is 'Seals that stand for lost or false ones, by order of a record. Append-only.';
`);
    await queryRunner.query(`create trigger order_seal_records_append_only before update or delete or truncate on order_seal_records
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on order_seal_records from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on order_seal_records from current_user`);
    await queryRunner.query(`create trigger order_reseals_append_only before update or delete or truncate on order_reseals
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on order_reseals from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on order_reseals from current_user`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
