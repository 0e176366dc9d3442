import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class Messaging1795000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Before Postgres 17 only the owner of a table can vacuum it.
    const [{ version }] = (await queryRunner.query(`select current_setting('server_version_num')::int as version`)) as [
      { version: number },
    ];
    const role = runtimeRole('payments');
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
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
