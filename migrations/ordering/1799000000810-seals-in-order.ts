import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A seal is stored only if it begins where the newest valid seal ends. The functions keep their signatures, and an older
 * build that runs at the same time calls them in this order anyway.
 */
export class SealsInOrder1799000000810 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
create function last_sealed_position()
returns bigint language sql stable set search_path = ordering, pg_temp as $last$
  with disowned as (
    select d.disowned from order_seal_records d
    where d.kind = 'disowned' and not exists (
      select from order_seal_records e where e.kind = 'disowned' and e.number > d.number and e.disowned @> to_jsonb(d.number))
  ), resealed as (
    select r.number, r.after, r.position, r.voided from order_seal_records r
    where r.kind = 'resealed' and not exists (select from disowned d where d.disowned @> to_jsonb(r.number))
  )
  select coalesce(max(position), 0) from (
    (select s.position from order_seals s
     where not exists (select from resealed r where s.position > r.after
       and (s.position <= r.position or s.after < r.position or r.voided @> to_jsonb(s.position)))
     order by s.position desc limit 1)
    union all
    (select s.position from order_reseals s
     where not exists (select from disowned d where d.disowned @> to_jsonb(s.record))
       and not exists (select from resealed r where r.number > s.record and s.position > r.after
         and (s.position <= r.position or s.after < r.position or r.voided @> to_jsonb(s.position)))
     order by s.position desc limit 1)) newest
$last$;

create or replace function seal_events(seal_position bigint, seal_after bigint, seal_root text, seal_hash text, seal_key text,
  seal_signature text, sealed timestamptz, newest_record bigint)
returns boolean language plpgsql security definer set search_path = ordering, pg_temp as $seal$
declare
  written int;
begin
  if not exists (select from order_log where position = seal_position and hash = decode(seal_hash, 'hex')) then
    raise exception 'position % is not in the log with that hash', seal_position using errcode = 'check_violation';
  end if;
  -- A new decision about the seals must be applied before the next seal is made.
  if coalesce((select max(number) from order_seal_records), 0) <> newest_record then
    return false;
  end if;
  if seal_after is distinct from last_sealed_position() then
    return false;
  end if;
  insert into order_seals (position, after, root, hash, key_id, signature, sealed_at)
    values (seal_position, seal_after, decode(seal_root, 'hex'), decode(seal_hash, 'hex'), seal_key,
      decode(seal_signature, 'hex'), sealed)
    on conflict do nothing;
  get diagnostics written = row_count;
  return written > 0;
end $seal$;

create or replace function reseal_events(seal_position bigint, seal_after bigint, seal_root text, seal_hash text, seal_key text,
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
  if seal_after is distinct from last_sealed_position() then
    return false;
  end if;
  insert into order_reseals (record, position, after, root, hash, key_id, signature, sealed_at)
    values (by_record, seal_position, seal_after, decode(seal_root, 'hex'), decode(seal_hash, 'hex'), seal_key,
      decode(seal_signature, 'hex'), sealed)
    on conflict do nothing;
  get diagnostics written = row_count;
  return written > 0;
end $reseal$;
`);
    await queryRunner.query(`revoke execute on function last_sealed_position from public`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
