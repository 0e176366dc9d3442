import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/**
 * Builds of before go on working beside it. They may not be started on it any more: once none of them is alive, the log is
 * written through functions that they do not know, and personal values are sealed in a form that they cannot open.
 */
export class EventMacs1799000000600 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('ordering');
    await queryRunner.query(`
alter table order_events add column mac bytea;
alter table order_snapshots add column mac bytea;

create table order_event_formats (
  format int primary key,
  through bigint not null,
  drawn bigint not null,
  mac bytea
);
insert into order_event_formats (format, through, drawn)
select 1, (select coalesce(max(position), 0) from order_log),
  coalesce((select last_value from pg_sequences
    where schemaname = current_schema() and sequencename = 'order_pending_seq_seq'), 0);

create table order_admissions (
  event_id uuid primary key,
  mac bytea not null,
  admitted_at timestamptz not null default now()
);

create table order_mac_instances (
  instance uuid primary key,
  seen_at timestamptz not null default now()
);

comment on column order_events.mac is 'HMAC-SHA256 over the event with EVENT_MAC_KEY; null in events of format 1.';
comment on column order_snapshots.mac is 'The same over the state and the event that it ends with.';
comment on table order_event_formats is 'Up to which position events may be without a MAC, and up to which pending number.';
comment on table order_admissions is 'Events of an older build that were numbered without a MAC of their own. Append-only.';
comment on table order_mac_instances is 'Processes that make MACs; a living instance that is not here is of an older build.';
`);
    await queryRunner.query(`
create function number_events(event_ids uuid[], hashes text[], seqs bigint[], last_position bigint, last_hash text, origin text)
returns bigint language plpgsql security definer set search_path = ordering, pg_temp as $number$
declare
  ends bigint;
  ends_with text;
begin
  select position, encode(hash, 'hex') into ends, ends_with from order_log order by position desc limit 1;
  if (coalesce(ends, 0), coalesce(ends_with, origin)) is distinct from (last_position, last_hash) then
    return null;
  end if;
  insert into order_log (position, event_id, hash)
    select last_position + n.turn, n.event_id, decode(n.hash, 'hex')
    from unnest(event_ids, hashes) with ordinality as n(event_id, hash, turn);
  delete from order_pending where seq = any(seqs);
  return pg_current_xact_id()::text::bigint;
end $number$;

create function seal_events(seal_position bigint, seal_after bigint, seal_root text, seal_hash text, seal_key text,
  seal_signature text, sealed timestamptz, newest_record bigint)
returns boolean language plpgsql security definer set search_path = ordering, pg_temp as $seal$
declare
  written int;
begin
  if not exists (select from order_log where position = seal_position and hash = decode(seal_hash, 'hex')) then
    raise exception 'position % is not in the log with that hash', seal_position using errcode = 'check_violation';
  end if;
  -- Whoever decided something about the seals meanwhile is heard first.
  if coalesce((select max(number) from order_seal_records), 0) <> newest_record then
    return false;
  end if;
  insert into order_seals (position, after, root, hash, key_id, signature, sealed_at)
    values (seal_position, seal_after, decode(seal_root, 'hex'), decode(seal_hash, 'hex'), seal_key,
      decode(seal_signature, 'hex'), sealed)
    on conflict do nothing;
  get diagnostics written = row_count;
  return written > 0;
end $seal$;

create function reseal_events(seal_position bigint, seal_after bigint, seal_root text, seal_hash text, seal_key text,
  seal_signature text, sealed timestamptz, by_record bigint)
returns boolean language plpgsql security definer set search_path = ordering, pg_temp as $reseal$
declare
  written int;
begin
  if not exists (select from order_seal_records where number = by_record and kind = 'resealed') then
    raise exception 'record % does not say that anything was sealed anew', by_record using errcode = 'check_violation';
  end if;
  if not exists (select from order_log where position = seal_position and hash = decode(seal_hash, 'hex')) then
    raise exception 'position % is not in the log with that hash', seal_position using errcode = 'check_violation';
  end if;
  insert into order_reseals (record, position, after, root, hash, key_id, signature, sealed_at)
    values (by_record, seal_position, seal_after, decode(seal_root, 'hex'), decode(seal_hash, 'hex'), seal_key,
      decode(seal_signature, 'hex'), sealed)
    on conflict do nothing;
  get diagnostics written = row_count;
  return written > 0;
end $reseal$;

create function sign_event_format(signed bytea)
returns void language sql security definer set search_path = ordering, pg_temp as $sign$
  update order_event_formats set mac = signed where format = 1 and mac is null;
$sign$;
`);
    if (role === 'current_user')
      await queryRunner.query(`
create function close_event_log()
returns void language plpgsql security definer set search_path = ordering, pg_temp as $close$
begin
  return;
end $close$;
`);
    if (role !== 'current_user')
      await queryRunner.query(`
create function close_event_log()
returns void language plpgsql security definer set search_path = ordering, pg_temp as $close$
begin
  
  if has_table_privilege('${role}', 'order_log', 'insert') or has_table_privilege('${role}', 'order_seals', 'insert') then
    revoke insert on order_log, order_seals from ${role};
  end if;
end $close$;
`);
    await queryRunner.query(`create trigger order_event_formats_append_only before delete or truncate on order_event_formats
      for each statement execute function append_only()`);
    await queryRunner.query(`create trigger order_admissions_append_only before delete or truncate on order_admissions
      for each statement execute function append_only()`);
    if (role !== 'current_user')
      await queryRunner.query(`revoke insert, update, delete on order_event_formats from ${role}`);
    if (role !== 'current_user') await queryRunner.query(`revoke insert on order_reseals from ${role}`);
    await queryRunner.query(`revoke update, delete on order_admissions from ${role}`);
    await queryRunner.query(`revoke delete on order_heads from ${role}`);
    await queryRunner.query(`revoke execute on function number_events from public`);
    await queryRunner.query(`grant execute on function number_events to ${role}`);
    await queryRunner.query(`revoke execute on function seal_events from public`);
    await queryRunner.query(`grant execute on function seal_events to ${role}`);
    await queryRunner.query(`revoke execute on function reseal_events from public`);
    await queryRunner.query(`grant execute on function reseal_events to ${role}`);
    await queryRunner.query(`revoke execute on function sign_event_format from public`);
    await queryRunner.query(`grant execute on function sign_event_format to ${role}`);
    await queryRunner.query(`revoke execute on function close_event_log from public`);
    await queryRunner.query(`grant execute on function close_event_log to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
