import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A subscription names the other contexts that may send its messages. It is null in subscriptions of older builds, which
 * let all contexts send commands. `ended_at` is null for an instance that was paused or killed. A caller of `take_v1`
 * cannot lease a message for longer than ten seconds. `hand_over_v1` leaves messages to the relay if the receiver has not
 * got earlier ones (`outbox_owed`).
 */
export class Senders1799000000805 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
alter table subscriptions add column senders text[];
alter table instances add column ended_at timestamptz;

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

create or replace function hand_over_v1(sending jsonb) returns jsonb language plpgsql volatile
  set plan_cache_mode = force_generic_plan
as $$
declare
  messages jsonb := sending->'messages';
  receivers jsonb := sending->'receivers';
  lease_ms int := sending->'leaseMs';
  is_direct boolean;
  numbered jsonb;
  part jsonb;
  taken jsonb := '[]';
  failed jsonb := '{}';
begin
  -- The lists of subscriptions that the process used must be fresh, also if it was paused before this statement.
  -- While an earlier message of the same key is unsent, a later one must not overtake it.
  is_direct := (sending->'direct')::boolean
    and coalesce(clock_timestamp() - (sending->>'listedAt')::timestamptz < interval '2 seconds', true)
    and not exists (
    select from jsonb_to_recordset(messages) as m(key text)
    cross join lateral (select from outbox o where o.key = m.key and o.sent_at is null offset 0) o);
  with written as (
    insert into outbox (id, type, key, body, meta, sent_at)
    select m.id, m.type, m.key, m.body, m.meta,
      case when is_direct and not sending->'relayed' ? m.type then now() end
    from rows from (jsonb_to_recordset(messages) as (id uuid, type text, key text, body jsonb, meta jsonb))
      with ordinality as m(id, type, key, body, meta, place)
    order by m.place
    returning id, seq)
  select jsonb_agg(jsonb_set(m.message, '{meta,sequence}', to_jsonb(w.seq)) order by m.place) into numbered
  from jsonb_array_elements(messages) with ordinality as m(message, place)
  join written w on w.id = (m.message->>'id')::uuid;
  if not is_direct then
    return '{"unsent": true}';
  end if;
  if receivers ? 'cart' then
    begin
      if exists (select from outbox_owed where receiver = 'cart') then
        raise exception 'cart has not got earlier messages yet';
      end if;
      select coalesce(jsonb_agg(jsonb_build_array('cart', t.seq, t.message_id, t.handler, t.direct) order by t.seq), '[]')
      into part
      from cart.take_v1(array(select jsonb_array_elements_text(receivers->'cart')), numbered, lease_ms) t;
      taken := taken || part;
    exception when others then
      failed := failed || jsonb_build_object('cart', sqlerrm);
    end;
  end if;
  if receivers ? 'catalog' then
    begin
      if exists (select from outbox_owed where receiver = 'catalog') then
        raise exception 'catalog has not got earlier messages yet';
      end if;
      select coalesce(jsonb_agg(jsonb_build_array('catalog', t.seq, t.message_id, t.handler, t.direct) order by t.seq), '[]')
      into part
      from catalog.take_v1(array(select jsonb_array_elements_text(receivers->'catalog')), numbered, lease_ms) t;
      taken := taken || part;
    exception when others then
      failed := failed || jsonb_build_object('catalog', sqlerrm);
    end;
  end if;
  if receivers ? 'customers' then
    begin
      if exists (select from outbox_owed where receiver = 'customers') then
        raise exception 'customers has not got earlier messages yet';
      end if;
      select coalesce(jsonb_agg(jsonb_build_array('customers', t.seq, t.message_id, t.handler, t.direct) order by t.seq), '[]')
      into part
      from customers.take_v1(array(select jsonb_array_elements_text(receivers->'customers')), numbered, lease_ms) t;
      taken := taken || part;
    exception when others then
      failed := failed || jsonb_build_object('customers', sqlerrm);
    end;
  end if;
  if receivers ? 'identity' then
    begin
      if exists (select from outbox_owed where receiver = 'identity') then
        raise exception 'identity has not got earlier messages yet';
      end if;
      select coalesce(jsonb_agg(jsonb_build_array('identity', t.seq, t.message_id, t.handler, t.direct) order by t.seq), '[]')
      into part
      from identity.take_v1(array(select jsonb_array_elements_text(receivers->'identity')), numbered, lease_ms) t;
      taken := taken || part;
    exception when others then
      failed := failed || jsonb_build_object('identity', sqlerrm);
    end;
  end if;
  if receivers ? 'inventory' then
    begin
      if exists (select from outbox_owed where receiver = 'inventory') then
        raise exception 'inventory has not got earlier messages yet';
      end if;
      select coalesce(jsonb_agg(jsonb_build_array('inventory', t.seq, t.message_id, t.handler, t.direct) order by t.seq), '[]')
      into part
      from inventory.take_v1(array(select jsonb_array_elements_text(receivers->'inventory')), numbered, lease_ms) t;
      taken := taken || part;
    exception when others then
      failed := failed || jsonb_build_object('inventory', sqlerrm);
    end;
  end if;
  if receivers ? 'notifications' then
    begin
      if exists (select from outbox_owed where receiver = 'notifications') then
        raise exception 'notifications has not got earlier messages yet';
      end if;
      select coalesce(jsonb_agg(jsonb_build_array('notifications', t.seq, t.message_id, t.handler, t.direct) order by t.seq), '[]')
      into part
      from notifications.take_v1(array(select jsonb_array_elements_text(receivers->'notifications')), numbered, lease_ms) t;
      taken := taken || part;
    exception when others then
      failed := failed || jsonb_build_object('notifications', sqlerrm);
    end;
  end if;
  if receivers ? 'ordering' then
    begin
      if exists (select from outbox_owed where receiver = 'ordering') then
        raise exception 'ordering has not got earlier messages yet';
      end if;
      select coalesce(jsonb_agg(jsonb_build_array('ordering', t.seq, t.message_id, t.handler, t.direct) order by t.seq), '[]')
      into part
      from ordering.take_v1(array(select jsonb_array_elements_text(receivers->'ordering')), numbered, lease_ms) t;
      taken := taken || part;
    exception when others then
      failed := failed || jsonb_build_object('ordering', sqlerrm);
    end;
  end if;
  if receivers ? 'payments' then
    begin
      if exists (select from outbox_owed where receiver = 'payments') then
        raise exception 'payments has not got earlier messages yet';
      end if;
      select coalesce(jsonb_agg(jsonb_build_array('payments', t.seq, t.message_id, t.handler, t.direct) order by t.seq), '[]')
      into part
      from payments.take_v1(array(select jsonb_array_elements_text(receivers->'payments')), numbered, lease_ms) t;
      taken := taken || part;
    exception when others then
      failed := failed || jsonb_build_object('payments', sqlerrm);
    end;
  end if;
  if failed <> '{}' then
    update outbox o set sent_at = null
    from jsonb_to_recordset(numbered) as m(id uuid) where o.id = m.id and o.sent_at is not null;
  end if;
  return jsonb_build_object(
    'taken', taken,
    'sequences', jsonb_path_query_array(numbered, '$[*].meta.sequence'),
    'failed', failed,
    'unsent', failed <> '{}' or sending->'relayed' <> '[]');
end $$;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
