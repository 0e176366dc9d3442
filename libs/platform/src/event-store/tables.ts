import type { QueryRunner } from 'typeorm';
import type { ContextName } from '#platform/config';
import { runtimeRole } from '#platform/database';

const tables = `
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
`;

const kept = ['order_events', 'order_log', 'order_seals'];

/** The tables of the event store, in the schema of the context that migrates. */
export async function createEventStoreTables(queryRunner: QueryRunner): Promise<void> {
  const [{ context, version }] = (await queryRunner.query(
    `select current_schema() as context, current_setting('server_version_num')::int as version`,
  )) as [{ context: ContextName; version: number }];
  const role = runtimeRole(context);
  await queryRunner.query(tables);
  for (const table of kept) {
    await queryRunner.query(`create trigger ${table}_append_only before update or delete or truncate on ${table}
      for each statement execute function append_only()`);
    // A superuser can put it aside, as one can put aside anything here: that is what the chain and its seals are for.
    await queryRunner.query(`revoke update, delete, truncate on ${table} from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on ${table} from current_user`);
  }
  await queryRunner.query(`revoke update, delete on placed_carts from ${role}`);
  await queryRunner.query(`revoke update on idempotency_keys, order_pending from ${role}`);
  if (version >= 170000) await queryRunner.query(`grant maintain on order_pending, order_heads to ${role}`);
}
