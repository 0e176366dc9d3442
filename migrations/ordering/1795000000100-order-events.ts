import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class OrderEvents1795000000100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Before Postgres 17 only the owner of a table can vacuum it.
    const [{ version }] = (await queryRunner.query(`select current_setting('server_version_num')::int as version`)) as [
      { version: number },
    ];
    const role = runtimeRole('ordering');
    await queryRunner.query(`
create table order_events (
  id uuid primary key,
  order_id uuid not null,
  version int not null check (version > 0),
  event_type text not null,
  schema_version int not null check (schema_version > 0),
  event_data jsonb not null,
  metadata jsonb not null,
  "timestamp" timestamptz not null,
  unique (order_id, version)
);

create table order_heads (
  order_id uuid primary key,
  version int not null
) with (fillfactor = 70);

create table order_pending (
  seq bigint generated always as identity primary key,
  event_id uuid not null
);

create table order_log (
  position bigint primary key check (position > 0),
  event_id uuid not null unique,
  hash bytea not null check (length(hash) = 32)
);

create table order_seals (
  position bigint primary key,
  after bigint not null unique check (after >= 0 and after < position),
  root bytea not null,
  hash bytea not null,
  key_id text not null,
  signature bytea not null,
  sealed_at timestamptz not null
);

create table idempotency_keys (
  caller text not null,
  key text not null,
  body_hash text not null,
  command text not null,
  command_id uuid not null,
  order_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (caller, key)
);
create index idempotency_keys_old on idempotency_keys (created_at);

create table placed_carts (
  cart_id uuid not null,
  cart_version int not null,
  order_id uuid not null,
  primary key (cart_id, cart_version)
);

alter table order_pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
comment on table order_events is 'What happened to every order. Append-only: rows are never changed, never deleted.';
comment on table order_log is 'The place of every event among all of them, in commit order, chained by hashes. Append-only.';
comment on table order_pending is 'Events that were committed and not yet numbered; see the sequencer.';

create function append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$;
`);
    await queryRunner.query(`create trigger order_events_append_only before update or delete or truncate on order_events
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on order_events from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on order_events from current_user`);
    await queryRunner.query(`create trigger order_log_append_only before update or delete or truncate on order_log
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on order_log from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on order_log from current_user`);
    await queryRunner.query(`create trigger order_seals_append_only before update or delete or truncate on order_seals
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on order_seals from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on order_seals from current_user`);
    await queryRunner.query(`revoke update, delete on placed_carts from ${role}`);
    await queryRunner.query(`revoke update on idempotency_keys, order_pending from ${role}`);
    if (version >= 170000) await queryRunner.query(`grant maintain on order_pending, order_heads to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
