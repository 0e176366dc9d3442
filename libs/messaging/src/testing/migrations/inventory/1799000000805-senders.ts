import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A subscription names the other contexts that may send its messages. It is null in subscriptions of older builds, which
 * let all contexts send commands. A caller of `take_v1` cannot lease a message for longer than ten seconds.
 */
export class Senders1799000000805 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
alter table subscriptions add column senders text[];

create or replace function take_v1(may text[], messages jsonb, lease_ms int)
  returns table (seq bigint, message_id uuid, handler text, direct boolean)
  language plpgsql volatile security definer
  set search_path = inventory, pg_temp
  set lock_timeout = '50ms'
  set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  caller text := coalesce(nullif(current_setting('role'), 'none'), session_user);
begin
  if not exists (
    select from jsonb_to_recordset(messages) as m(type text)
    cross join lateral (select from subscriptions s where s.type = m.type offset 0) s) then
    -- A context without any subscription was never opened. The messages are kept for it.
    if not exists (select from subscriptions) then
      raise exception 'inventory was never opened';
    end if;
    return;
  end if;
  -- A context may send its own messages, and those that this context wants from it, such as commands.
  -- If one role serves all contexts, it owns everything, and there is nothing to check.
  if current_user = 'shop_inventory_owner' and (caller <> all(array['shop_cart', 'shop_catalog', 'shop_customers', 'shop_identity', 'shop_inventory', 'shop_notifications', 'shop_ordering', 'shop_payments']) or exists (
    select from jsonb_to_recordset(messages) as m(type text, meta jsonb)
    cross join lateral (
      select bool_or(coalesce(substr(caller, 6) = any(s.senders), s.from_others)) as open, count(*) as wanted
      from subscriptions s where s.type = m.type) s
    where s.wanted > 0 and (m.meta->>'source' is distinct from substr(caller, 6)
      or split_part(m.type, '.', 1) <> substr(caller, 6) and not (split_part(m.type, '.', 1) = 'inventory' and s.open)))) then
    raise exception '% may not send these messages to inventory', caller using errcode = 'insufficient_privilege';
  end if;
  return query
  with given as materialized (
    select m.id, m.type, m.key, m.body, m.meta, m.place, s.handler, s.lane
    from rows from (jsonb_to_recordset(messages) as (id uuid, type text, key text, body jsonb, meta jsonb))
      with ordinality as m(id, type, key, body, meta, place)
    cross join lateral (
      select s.handler, s.lane from subscriptions s
      where s.type = m.type and (s.only_if is null or coalesce(m.body @? s.only_if, true)) offset 0) s),
  keys as materialized (
    select k.lane, k.key, k.able,
      exists (
        select from inbox b
        where b.lane = k.lane and b.key = k.key and b.held and coalesce(b.state, '') <> 'done' offset 0) as parked,
      exists (
        select from inbox b where b.lane = k.lane and b.key = k.key and coalesce(b.state, '') <> 'done' offset 0) as busy
    from (
      select g.lane, g.key, bool_and(g.handler || ' ' || g.type = any(may)) as able
      from given g group by g.lane, g.key) k),
  taken as (
    insert into inbox (message_id, handler, lane, key, type, body, meta, held, next_at)
    select g.id, g.handler, g.lane, g.key, g.type, g.body, g.meta, k.parked,
      case when k.parked then 'infinity'::timestamptz
        when k.able and not k.busy then clock_timestamp() + least(lease_ms, 10000) * interval '1 millisecond'
        else now() end
    from given g join keys k on k.lane = g.lane and k.key = g.key
    order by g.place
    on conflict (message_id, handler) do nothing
    returning seq, message_id, handler, lane, key)
  select t.seq, t.message_id, t.handler, k.able and not k.busy
  from taken t join keys k on k.lane = t.lane and k.key = t.key;
end $$;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
