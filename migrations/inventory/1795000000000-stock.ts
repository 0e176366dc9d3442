import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/** Stock, what orders hold of it, and the ledger of every piece that moved. */
export class Stock1795000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Before Postgres 17 only the owner of a table can vacuum it.
    const [{ version }] = (await queryRunner.query(`select current_setting('server_version_num')::int as version`)) as [
      { version: number },
    ];
    const role = runtimeRole('inventory');
    await queryRunner.query(`
create table outbox (
  seq bigint generated always as identity primary key,
  id uuid not null unique,
  type text not null,
  key text not null,
  body jsonb not null,
  meta jsonb not null,
  sent_at timestamptz
);
create index outbox_unsent on outbox (seq) where sent_at is null;
create index outbox_sent on outbox (sent_at) where sent_at is not null;

create table subscriptions (
  type text not null,
  handler text not null,
  lane text not null,
  primary key (type, handler)
);

create table inbox (
  seq bigint generated always as identity primary key,
  message_id uuid not null,
  handler text not null,
  lane text not null,
  key text not null,
  type text not null,
  body jsonb not null,
  meta jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'dead')),
  attempts int not null default 0,
  next_at timestamptz not null default now(),
  claimed_by int not null default 0,
  claimed_at timestamptz,
  error text,
  received_at timestamptz not null default now(),
  done_at timestamptz,
  emptied boolean not null default false,
  unique (message_id, handler)
);
create index inbox_ready on inbox (lane, claimed_by, next_at, seq) where state = 'waiting';
create index inbox_open on inbox (lane, key, seq) where state <> 'done';
create index inbox_dead on inbox (lane, key) where state = 'dead';
create index inbox_done on inbox (done_at) where state = 'done';
create index inbox_full on inbox (done_at) where state = 'done' and not emptied;

create table timers (
  name text not null,
  key text not null,
  due_at timestamptz not null,
  id uuid not null,
  type text not null,
  body jsonb not null,
  meta jsonb not null,
  primary key (name, key)
);
create index timers_due on timers (due_at);

alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table inbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
`);
    if (version >= 170000) await queryRunner.query(`grant maintain on outbox, inbox, timers to ${role}`);
    await queryRunner.query(`
      create table stock (
        sku text primary key,
        on_hand integer not null constraint stock_on_hand_is_there check (on_hand >= 0),
        reserved integer not null default 0 constraint stock_reserved_is_there check (reserved >= 0),
        version integer not null default 1,
        constraint stock_reserved_is_on_hand check (reserved <= on_hand)
      ) with (fillfactor = 50)`);
    await queryRunner.query(`
      create table reservations (
        order_id uuid primary key,
        state text not null check (state in ('reserved', 'committed', 'released')),
        lines jsonb not null,
        restocked boolean not null default false,
        short jsonb,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      ) with (fillfactor = 80)`);
    await queryRunner.query(`
      create table stock_movements (
        id bigint generated always as identity primary key,
        sku text not null,
        order_id uuid,
        kind text not null check (kind in
          ('listed', 'reserved', 'committed', 'reservation-released', 'restocked', 'counted', 'adjusted')),
        delta_on_hand integer not null,
        delta_reserved integer not null,
        reason text,
        actor text not null,
        at timestamptz not null default now()
      )`);
    await queryRunner.query(`create index stock_movements_of_sku on stock_movements (sku, id)`);
    await queryRunner.query(`
      create index stock_movements_of_order on stock_movements (order_id) where order_id is not null`);
    await queryRunner.query(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only: % is refused', tg_table_name, tg_op;
      end $$`);
    await queryRunner.query(`
      create trigger stock_movements_stay before update or delete or truncate on stock_movements
      for each statement execute function refuse_change()`);
    await queryRunner.query(`revoke update, delete, truncate on stock_movements from ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
