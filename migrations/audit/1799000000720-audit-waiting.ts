import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class AuditWaiting1799000000720 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('audit');
    await queryRunner.query(`grant truncate on chain, entries, outcomes to current_user`);
    await queryRunner.query(`lock table chain, entries, outcomes in share row exclusive mode`);
    await queryRunner.query(`revoke truncate on chain, entries, outcomes from current_user`);
    await queryRunner.query(`revoke insert on entries from ${role}`);
    await queryRunner.query(
      `grant insert (id, actor, role, channel, operation, request, targets, reason, request_id) on entries to ${role}`,
    );
    await queryRunner.query(`revoke insert on outcomes from ${role}`);
    await queryRunner.query(`grant insert (entry_id, status, code, made) on outcomes to ${role}`);
    await queryRunner.query(`
create table waiting (
  arrived bigint generated always as identity primary key,
  kind text not null check (kind in ('entry', 'outcome')),
  row_id uuid not null,
  since timestamptz not null default clock_timestamp(),
  unique (kind, row_id)
);
comment on table waiting is 'Lines of the trail, and what became of them, that have no place in the chain yet.';

-- Not validated: a row of before may break them, and cannot be changed.
alter table entries add constraint entries_time
  check (isfinite(at) and at >= '1970-01-01T00:00:00Z' and at < '10000-01-01T00:00:00Z') not valid;
alter table outcomes add constraint outcomes_time
  check (isfinite(at) and at >= '1970-01-01T00:00:00Z' and at < '10000-01-01T00:00:00Z') not valid;
alter table entries add constraint entries_length check (
  octet_length(actor) + octet_length(role) + octet_length(operation) + octet_length(request)
  + coalesce(octet_length(reason), 0) + coalesce(octet_length(request_id), 0) <= 100000
  and octet_length(targets::text) <= 1000000) not valid;
alter table outcomes add constraint outcomes_length check (
  coalesce(octet_length(code), 0) + coalesce(octet_length(made), 0) <= 100000) not valid;

create function await_place() returns trigger language plpgsql security definer set search_path = audit, pg_temp as $await$
begin
  if tg_table_name = 'entries' then
    insert into waiting (kind, row_id) values ('entry', new.id);
  else
    insert into waiting (kind, row_id) values ('outcome', new.entry_id);
  end if;
  return null;
end $await$;
create trigger entries_wait after insert on entries for each row execute function await_place();
create trigger outcomes_wait after insert on outcomes for each row execute function await_place();

insert into waiting (kind, row_id)
  select r.kind, r.id from (
    select 'entry' as kind, id, at from entries union all select 'outcome', entry_id, at from outcomes) r
  where not exists (select from chain c where c.kind = r.kind and c.row_id = r.id)
  order by r.at, r.kind, r.id;

create or replace function chain_rows(kinds text[], ids uuid[], hashes text[], last_position bigint)
returns boolean language plpgsql security definer set search_path = audit, pg_temp as $chain$
declare
  taken bigint;
begin
  if last_position <> coalesce((select max(position) from chain), 0) then
    return false;
  end if;
  delete from waiting w using unnest(kinds, ids) as n(kind, row_id) where w.kind = n.kind and w.row_id = n.row_id;
  get diagnostics taken = row_count;
  if taken <> cardinality(ids) then
    raise unique_violation; -- some of them have their places, or are no lines of the trail
  end if;
  insert into chain (position, kind, row_id, hash)
    select last_position + n.turn, n.kind, n.row_id, decode(n.hash, 'hex')
    from unnest(kinds, ids, hashes) with ordinality as n(kind, row_id, hash, turn);
  return true;
exception when unique_violation then
  return false; -- another process was faster
end $chain$;
`);
    if (role !== 'current_user')
      await queryRunner.query(`revoke insert, update, delete, truncate on waiting from ${role}`);
    await queryRunner.query(`revoke execute on function await_place from public`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
