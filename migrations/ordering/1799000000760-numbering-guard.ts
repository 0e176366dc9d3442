import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Builds of before call the same function; what they give to it passes. */
export class NumberingGuard1799000000760 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
create or replace function number_events(event_ids uuid[], hashes text[], seqs bigint[], last_position bigint, last_hash text, origin text)
returns bigint language plpgsql security definer set search_path = ordering, pg_temp as $number$
declare
  ends bigint;
  ends_with text;
  asked bigint := cardinality(event_ids);
  waited bigint;
  named bigint;
  odd record;
begin
  select position, encode(hash, 'hex') into ends, ends_with from order_log order by position desc limit 1;
  if (coalesce(ends, 0), coalesce(ends_with, '0000000000000000000000000000000000000000000000000000000000000000')) is distinct from (last_position, last_hash) then
    return null;
  end if;
  insert into order_log (position, event_id, hash)
    select last_position + n.turn, n.event_id, decode(n.hash, 'hex')
    from unnest(event_ids, hashes) with ordinality as n(event_id, hash, turn);
  with gone as (delete from order_pending where seq = any(seqs) returning event_id)
    select count(*), count(n.id) into waited, named from gone left join unnest(event_ids) as n(id) on n.id = gone.event_id;
  if (waited, named) is distinct from (asked, asked) then
    raise exception 'a position is for events that wait for one: % are named, % of them wait', asked, named
      using errcode = 'check_violation';
  end if;
  select c.event_id, c.position, c.why into odd from (
    select n.event_id, n.position, case
      when e.id is null then 'there is no such event'
      when n.hash is distinct from sha256(convert_to(octet_length('coffee-tea.log.1'::text) || ':' || 'coffee-tea.log.1'::text || ',' || octet_length(encode(n.before, 'hex')::text) || ':' || encode(n.before, 'hex')::text || ',' || octet_length(n.position::text) || ':' || n.position::text || ',' || octet_length(e.id::text) || ':' || e.id::text || ',' || octet_length(e.order_id::text) || ':' || e.order_id::text || ',' || octet_length(e.version::text) || ':' || e.version::text || ',' || octet_length(e.event_type::text) || ':' || e.event_type::text || ',' || octet_length(e.schema_version::text) || ':' || e.schema_version::text || ',' || octet_length(t.data) || ':' || t.data || ',' || octet_length(t.metadata) || ':' || t.metadata || ',' || octet_length(t.micros) || ':' || t.micros || ',', 'UTF8')) then 'its hash is not the one that follows'
      when (e.version > 1
  and not exists (select from order_events p
    where p.order_id = e.order_id and p.version = e.version - 1 and (select position from order_log where event_id = p.id) < n.position)
  and exists (select from order_events p, (select coalesce((
  select p.version from order_events p
  where p.order_id = e.order_id and p.version < e.version and (select position from order_log where event_id = p.id) < n.position
  order by p.version desc limit 1), 0) as version offset 0) b
    where p.order_id = e.order_id and p.version > b.version and p.version < e.version
      and not exists (select from order_events v where v.order_id = p.order_id and v.event_type = 'EventVoided'
        and v.event_data->'version' = to_jsonb(p.version)))) then 'an earlier event of its order has no position'
    end as why
    from (
      select g.event_id, last_position + g.turn as position, decode(g.hash, 'hex') as hash,
        lag(decode(g.hash, 'hex'), 1, decode(last_hash, 'hex')) over (order by g.turn) as before
      from unnest(event_ids, hashes) with ordinality as g(event_id, hash, turn)) n
    left join lateral (select * from order_events where id = n.event_id limit 1) e on true
    left join lateral (
      select e.event_data::text as data, e.metadata::text as metadata,
        (extract(epoch from e."timestamp") * 1000000)::bigint::text as micros offset 0) t on true) c
  where c.why is not null order by c.position limit 1;
  if found then
    raise exception 'event % cannot have position %: %', odd.event_id, odd.position, odd.why using errcode = 'check_violation';
  end if;
  return pg_current_xact_id()::text::bigint;
end $number$;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
