import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class ReadModels1795000000300 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('ordering');
    await queryRunner.query(`create table projection_tables (
    relation text primary key,
    name text not null,
    version integer not null,
    run integer not null,
    state text not null check (state in ('building', 'live', 'kept', 'dropped')),
    made_at timestamptz not null default now(),
    live_at timestamptz,
    unique (name, version, run)
  )`);
    await queryRunner.query(
      `create unique index projection_tables_live on projection_tables (name) where state = 'live'`,
    );
    await queryRunner.query(
      `create unique index projection_tables_building on projection_tables (name) where state = 'building'`,
    );
    await queryRunner.query(`create table projection_checkpoints (
    relation text primary key references projection_tables,
    position bigint not null default 0,
    epoch integer not null default 0,
    follows boolean not null default true,
    rate real not null default 0,
    moved_at timestamptz not null default now()
  ) with (fillfactor = 50)`);
    await queryRunner.query(`comment on column projection_checkpoints.epoch is
    'rises when rows change without the position: whoever has read rows before must not write them back'`);
    await queryRunner.query(
      `comment on column projection_checkpoints.follows is 'false once the table is only kept: nobody moves it any more'`,
    );
    await queryRunner.query(`create table projection_failures (
    relation text not null references projection_tables,
    order_id uuid not null,
    position bigint not null,
    event_id uuid not null,
    error text not null,
    at timestamptz not null default now(),
    primary key (relation, order_id)
  )`);
    await queryRunner.query(`create table projection_rebuilds (
    id uuid primary key,
    name text not null,
    relation text not null,
    state text not null check (state in ('preparing', 'replaying', 'catching-up', 'comparing', 'ready', 'live',
      'paused', 'cancelled', 'failed', 'rolled-back')),
    go_live text not null check (go_live in ('manual', 'auto')),
    orders uuid[],
    target bigint not null default 0,
    done bigint not null default 0,
    total bigint not null default 0,
    error text,
    asked_by text,
    asked_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
  )`);
    await queryRunner.query(`create unique index projection_rebuilds_one on projection_rebuilds (name)
    where state in ('preparing', 'replaying', 'catching-up', 'comparing', 'ready', 'paused')`);
    await queryRunner.query(`create index projection_rebuilds_recent on projection_rebuilds (name, asked_at desc)`);
    await queryRunner.query(`create function create_projection_table(relation text, columns jsonb, indexes jsonb) returns void
  language plpgsql security definer set search_path = ordering, pg_temp as $make$
  declare
    col jsonb;
    idx jsonb;
    part text;
    words text[];
    parts text[];
    body text := 'order_id uuid primary key, position bigint not null, version integer not null, view jsonb not null';
    n integer := 0;
  begin
    if relation !~ '^[a-z][a-z_]{0,40}_v[0-9]{1,4}(_[0-9]{1,6})?$' then
      raise exception 'not the name of a projection table: %', relation;
    end if;
    for col in select * from jsonb_array_elements(columns) loop
      if col->>'name' !~ '^[a-z][a-z_]{0,40}$'
        or col->>'type' not in ('text', 'uuid', 'integer', 'bigint', 'boolean', 'timestamptz') then
        raise exception 'not a column of a projection table: %', col;
      end if;
      body := body || format(', %I %s', col->>'name', col->>'type');
    end loop;
    execute format('create table if not exists %I (%s) with (fillfactor = 80)', relation, body);
    for idx in select * from jsonb_array_elements(indexes) loop
      n := n + 1;
      parts := '{}';
      for part in select * from jsonb_array_elements_text(idx) loop
        words := regexp_match(part, '^([a-z][a-z_]*)( desc)?$');
        if words is null then
          raise exception 'not an indexed column: %', part;
        end if;
        parts := parts || (format('%I', words[1]) || coalesce(words[2], ''));
      end loop;
      execute format('create index if not exists %I on %I (%s)', relation || '_i' || n, relation,
        array_to_string(parts, ', '));
    end loop;
  end $make$`);
    await queryRunner.query(`create function drop_projection_table(gone text) returns void
  language plpgsql security definer set search_path = ordering, pg_temp as $drop$
  begin
    perform from projection_tables where relation = gone and state in ('building', 'kept', 'dropped');
    if not found or gone !~ '_v[0-9]{1,4}(_[0-9]{1,6})?$' then
      raise exception 'not a projection table that can go: %', gone;
    end if;
    execute format('drop table if exists %I', gone);
  end $drop$`);
    await queryRunner.query(
      `revoke execute on function create_projection_table(text, jsonb, jsonb), drop_projection_table(text) from public`,
    );
    await queryRunner.query(
      `grant execute on function create_projection_table(text, jsonb, jsonb), drop_projection_table(text) to ${role}`,
    );
    await queryRunner.query(`select create_projection_table($1, $2::jsonb, $3::jsonb)`, ['order_view_v2', '[]', '[]']);
    await queryRunner.query(
      `insert into projection_tables (relation, name, version, run, state, live_at) values ($1, $2, $3, $4, 'live', now())`,
      ['order_view_v2', 'order-view', 2, 1],
    );
    await queryRunner.query(`insert into projection_checkpoints (relation) values ($1)`, ['order_view_v2']);
    await queryRunner.query(`select create_projection_table($1, $2::jsonb, $3::jsonb)`, [
      'order_list_v2',
      '[{"name":"status","type":"text"},{"name":"customer_id","type":"uuid"},{"name":"guest","type":"text"},{"name":"placed_at","type":"timestamptz"}]',
      '[["placed_at desc","order_id desc"],["customer_id","placed_at desc","order_id desc"],["guest","placed_at desc","order_id desc"],["status","placed_at desc","order_id desc"]]',
    ]);
    await queryRunner.query(
      `insert into projection_tables (relation, name, version, run, state, live_at) values ($1, $2, $3, $4, 'live', now())`,
      ['order_list_v2', 'order-list', 2, 1],
    );
    await queryRunner.query(`insert into projection_checkpoints (relation) values ($1)`, ['order_list_v2']);
    await queryRunner.query(`select create_projection_table($1, $2::jsonb, $3::jsonb)`, [
      'sales_v1',
      '[{"name":"first_at","type":"timestamptz"},{"name":"last_at","type":"timestamptz"},{"name":"net","type":"bigint"}]',
      '[["last_at","first_at"]]',
    ]);
    await queryRunner.query(
      `insert into projection_tables (relation, name, version, run, state, live_at) values ($1, $2, $3, $4, 'live', now())`,
      ['sales_v1', 'sales', 1, 1],
    );
    await queryRunner.query(`insert into projection_checkpoints (relation) values ($1)`, ['sales_v1']);
    await queryRunner.query(`create table order_timeline (
      id uuid primary key,
      order_id uuid not null,
      at timestamptz not null,
      source text not null,
      type text not null,
      note text not null,
      data jsonb not null
    )`);
    await queryRunner.query(`create index order_timeline_order on order_timeline (order_id, at, id)`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
