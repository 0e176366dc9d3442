import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class MixedBuilds1798000000100 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    // Before Postgres 17 only the owner of a table can vacuum it.
    const [{ version }] = (await queryRunner.query(`select current_setting('server_version_num')::int as version`)) as [
      { version: number },
    ];
    const role = runtimeRole('notifications');
    await queryRunner.query(`
alter table inbox
  add column held boolean not null default false,
  add column waits int not null default 0,
  add column failed_since timestamptz;
update inbox set held = true where state = 'dead' or state = 'waiting' and next_at > now();
drop index inbox_ready;
drop index inbox_dead;
create index inbox_fresh on inbox (lane, seq) where state = 'waiting' and not held;
create index inbox_due on inbox (lane, next_at, seq) where state = 'waiting' and held;
drop index inbox_open;
create index inbox_open on inbox (lane, key, seq) where coalesce(state, '') <> 'done';
create index inbox_stuck on inbox (lane, key, seq) where held and coalesce(state, '') <> 'done';
alter table inbox set (fillfactor = 80);

create table outbox_owed (
  receiver text not null,
  seq bigint not null,
  primary key (receiver, seq)
);

-- Emptied by Postgres itself at every crash recovery: who finds its token gone knows that quick commits may be lost.
create unlogged table outbox_fence (token uuid primary key);

create table instances (
  id uuid primary key,
  number int not null,
  build text not null,
  hears jsonb not null,
  databases jsonb not null default '{}',
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
-- Of this schema wherever its data goes: a restored copy keeps it, another database has another one.
create table context_identity (
  id uuid primary key default gen_random_uuid(),
  single boolean not null default true unique check (single)
);
insert into context_identity default values;
create table builds (
  build text primary key,
  first_seen timestamptz not null default now()
);

alter table subscriptions add column since timestamptz not null default now();
-- An older build deletes at its start what it does not know. Only a migration or an operator may, and says so.
create function keep_subscriptions() returns trigger language plpgsql as $$
begin
  if current_setting('shop.drop_subscriptions', true) = 'on' then return old; end if;
  return null;
end $$;
create trigger keep_subscriptions before delete on subscriptions for each row execute function keep_subscriptions();
`);
    if (version >= 170000) await queryRunner.query(`grant maintain on outbox_owed to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
