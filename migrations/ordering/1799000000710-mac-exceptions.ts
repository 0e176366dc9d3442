import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/**
 * Builds of before that run go on: what they append is taken for as long as they are alive. They may not be started on it any
 * more, for those that are not listed here would have their events refused.
 */
export class MacExceptions1799000000710 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('ordering');
    const holder = role === 'current_user' ? role : `'${role}'`;
    await queryRunner.query(`
create table order_mac_exceptions (
  single boolean primary key default true check (single),
  instances uuid[] not null,
  events uuid[] not null,
  until timestamptz not null,
  closed_at timestamptz,
  mac bytea
);
comment on table order_mac_exceptions is 'Older builds that were alive, and events that waited, when MACs were first asked for; at most one row.';
`);
    await queryRunner.query(`
insert into order_mac_exceptions (instances, events, until)
select i.ids, e.ids, now() + interval '7 days'
from (select array(
    select id from instances i where i.seen_at > now() - interval '2 minutes'
      and not exists (select from order_mac_instances m where m.instance = i.id) order by id) as ids) i,
  (select array(
    select e.id from order_pending p join order_events e on e.id = p.event_id
    where e.mac is null and not exists (select from order_log l where l.event_id = e.id) order by e.id) as ids) e
where cardinality(i.ids) + cardinality(e.ids) > 0 and has_table_privilege(${holder}, 'order_log', 'insert');
`);
    if (role === 'current_user')
      await queryRunner.query(`
create function sign_mac_exceptions(signed bytea)
returns void language sql security definer set search_path = ordering, pg_temp as $sign$
  update order_mac_exceptions set mac = signed where closed_at is null;
$sign$;

create or replace function close_event_log()
returns void language plpgsql security definer set search_path = ordering, pg_temp as $close$
begin
  update order_mac_exceptions set closed_at = now() where closed_at is null;
  return;
end $close$;
`);
    if (role !== 'current_user')
      await queryRunner.query(`
create function sign_mac_exceptions(signed bytea)
returns void language sql security definer set search_path = ordering, pg_temp as $sign$
  update order_mac_exceptions set mac = signed where closed_at is null;
$sign$;

create or replace function close_event_log()
returns void language plpgsql security definer set search_path = ordering, pg_temp as $close$
begin
  update order_mac_exceptions set closed_at = now() where closed_at is null;
  
  if has_table_privilege(${holder}, 'order_log', 'insert') or has_table_privilege(${holder}, 'order_seals', 'insert') then
    revoke insert on order_log, order_seals from ${role};
  end if;
end $close$;
`);
    await queryRunner.query(`create trigger order_mac_exceptions_kept before delete or truncate on order_mac_exceptions
    for each statement execute function append_only()`);
    if (role !== 'current_user')
      await queryRunner.query(`revoke insert, update, delete, truncate on order_mac_exceptions from ${role}`);
    await queryRunner.query(`revoke execute on function sign_mac_exceptions from public`);
    await queryRunner.query(`grant execute on function sign_mac_exceptions to ${role}`);
    await queryRunner.query(`
with gone as (delete from order_pending where seq < 1 returning event_id)
insert into order_unnumbered (event_id, order_id, version, error)
select e.id, e.order_id, e.version, 'its number in the queue was not given by the database'
from gone join order_events e on e.id = gone.event_id on conflict do nothing;

alter table order_pending add constraint order_pending_seq_given check (seq > 0) not valid;
alter table order_pending validate constraint order_pending_seq_given;
`);
    await queryRunner.query(`revoke insert on order_pending from ${role}`);
    await queryRunner.query(`grant insert (event_id) on order_pending to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
