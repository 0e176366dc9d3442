import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class Rebuilds1796000000100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('ordering');
    await queryRunner.query(`
alter table projection_rebuilds
  add column paused_from text,
  add column replaced text,
  add column rollback_asked timestamptz,
  add column throttled boolean not null default false;
comment on column projection_rebuilds.paused_from is 'the state it goes on in when it is resumed';
comment on column projection_rebuilds.replaced is 'the table that was live before this one went live: what a rollback goes back to';

alter table projection_checkpoints add column trouble text;
comment on column projection_checkpoints.trouble is 'why the last batch could not be written; null while all is well';

create table projection_diffs (
  rebuild uuid primary key references projection_rebuilds,
  at_position bigint not null,
  cursor uuid,
  tally jsonb not null,
  diff jsonb,
  changed_at timestamptz not null default now()
);
comment on table projection_diffs is
  'What a rebuild would change, compared before the switch; tally and cursor are how far an unfinished comparison has come.';

create table projection_walks (
  relation text primary key references projection_tables,
  walk jsonb not null,
  checked bigint not null default 0,
  rounds bigint not null default 0,
  changed_at timestamptz not null default now()
);
create table projection_drifts (
  id bigint generated always as identity primary key,
  relation text not null references projection_tables,
  name text not null,
  order_id uuid not null,
  kind text not null check (kind in ('changed', 'missing', 'extra')),
  position bigint not null,
  fields text[] not null,
  found_at timestamptz not null default now(),
  healed_at timestamptz
);
create unique index projection_drifts_open on projection_drifts (relation, order_id) where healed_at is null;
create index projection_drifts_recent on projection_drifts (found_at desc);
`);
    await queryRunner.query(`
create function analyze_projection_table(filled text) returns void
language plpgsql security definer set search_path = ordering, pg_temp as $analyze$
begin
  perform from projection_tables where relation = filled and state in ('building', 'live', 'kept');
  if not found or filled !~ '_v[0-9]{1,4}(_[0-9]{1,6})?$' then
    raise exception 'not a projection table: %', filled;
  end if;
  execute format('analyze %I', filled);
end $analyze$;
revoke execute on function analyze_projection_table(text) from public;
`);
    await queryRunner.query(`grant execute on function analyze_projection_table(text) to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
