import type { Projection } from './projection';

/** What runs a statement: TypeORM's QueryRunner in a migration, Database at run time. */
export interface Runs {
  query(sql: string, values?: unknown[]): Promise<unknown>;
}

const registry = [
  `create table projection_tables (
    relation text primary key,
    name text not null,
    version integer not null,
    run integer not null,
    state text not null check (state in ('building', 'live', 'kept', 'dropped')),
    made_at timestamptz not null default now(),
    live_at timestamptz,
    unique (name, version, run)
  )`,
  `create unique index projection_tables_live on projection_tables (name) where state = 'live'`,
  `create unique index projection_tables_building on projection_tables (name) where state = 'building'`,
  `create table projection_checkpoints (
    relation text primary key references projection_tables,
    position bigint not null default 0,
    epoch integer not null default 0,
    follows boolean not null default true,
    rate real not null default 0,
    moved_at timestamptz not null default now()
  ) with (fillfactor = 50)`,
  `comment on column projection_checkpoints.epoch is
    'rises when rows change without the position: whoever has read rows before must not write them back'`,
  `comment on column projection_checkpoints.follows is 'false once the table is only kept: nobody moves it any more'`,
  `create table projection_failures (
    relation text not null references projection_tables,
    order_id uuid not null,
    position bigint not null,
    event_id uuid not null,
    error text not null,
    at timestamptz not null default now(),
    primary key (relation, order_id)
  )`,
  `create table projection_rebuilds (
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
  )`,
  `create unique index projection_rebuilds_one on projection_rebuilds (name)
    where state in ('preparing', 'replaying', 'catching-up', 'comparing', 'ready', 'paused')`,
  `create index projection_rebuilds_recent on projection_rebuilds (name, asked_at desc)`,
];

// The runtime role may not create tables. These two run as the schema's owner and build nothing but projection tables:
// names, types and indexes are checked word by word, because whoever can pass free SQL to them owns the schema.
const makers = (schema: string): readonly string[] => [
  `create function create_projection_table(relation text, columns jsonb, indexes jsonb) returns void
  language plpgsql security definer set search_path = ${schema}, pg_temp as $make$
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
  end $make$`,
  `create function drop_projection_table(gone text) returns void
  language plpgsql security definer set search_path = ${schema}, pg_temp as $drop$
  begin
    perform from projection_tables where relation = gone and state in ('building', 'kept', 'dropped');
    if not found or gone !~ '_v[0-9]{1,4}(_[0-9]{1,6})?$' then
      raise exception 'not a projection table that can go: %', gone;
    end if;
    execute format('drop table if exists %I', gone);
  end $drop$`,
  `revoke execute on function create_projection_table(text, jsonb, jsonb), drop_projection_table(text) from public`,
];

/** The registry of a context's read models; called by one of the context's migrations. */
export async function createProjectionRegistry(runs: Runs, runtimeRole: string | null): Promise<void> {
  const [here] = (await runs.query('select quote_ident(current_schema()) as schema')) as { schema: string }[];
  for (const sql of [...registry, ...makers(here.schema)]) await runs.query(sql);
  if (!runtimeRole) return;
  await runs.query(
    `grant execute on function create_projection_table(text, jsonb, jsonb), drop_projection_table(text) to ${runtimeRole}`,
  );
}

/** Builds the empty table `relation` for what the projection writes; the same for the first table and for every rebuild's. */
export async function createProjectionTable(runs: Runs, projection: Projection, relation: string): Promise<void> {
  const columns = Object.entries(projection.columns).map(([name, { type }]) => ({ name, type }));
  await runs.query('select create_projection_table($1, $2::jsonb, $3::jsonb)', [
    relation,
    JSON.stringify(columns),
    JSON.stringify(projection.indexes),
  ]);
}

/** Builds the projection's table and enters it as the live one, at position 0. */
export async function createFirstTable(runs: Runs, projection: Projection, relation: string, run = 1): Promise<void> {
  await createProjectionTable(runs, projection, relation);
  await runs.query(
    `insert into projection_tables (relation, name, version, run, state, live_at) values ($1, $2, $3, $4, 'live', now())`,
    [relation, projection.name, projection.version, run],
  );
  await runs.query('insert into projection_checkpoints (relation) values ($1)', [relation]);
}
