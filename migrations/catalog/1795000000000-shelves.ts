import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class Shelves1795000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Before Postgres 17 only the owner of a table can vacuum it.
    const [{ version }] = (await queryRunner.query(`select current_setting('server_version_num')::int as version`)) as [
      { version: number },
    ];
    const role = runtimeRole('catalog');
    await queryRunner.query(`
create table outbox (
  seq bigint generated always as identity primary key,
  id uuid not null unique,
  type text not null,
  key text not null,
  body jsonb not null,
  meta jsonb not null,
  sent_at timestamptz
);
create index outbox_unsent on outbox (seq) where sent_at is null;
create index outbox_sent on outbox (sent_at) where sent_at is not null;

create table subscriptions (
  type text not null,
  handler text not null,
  lane text not null,
  primary key (type, handler)
);

create table inbox (
  seq bigint generated always as identity primary key,
  message_id uuid not null,
  handler text not null,
  lane text not null,
  key text not null,
  type text not null,
  body jsonb not null,
  meta jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'dead')),
  attempts int not null default 0,
  next_at timestamptz not null default now(),
  claimed_by int not null default 0,
  claimed_at timestamptz,
  error text,
  received_at timestamptz not null default now(),
  done_at timestamptz,
  emptied boolean not null default false,
  unique (message_id, handler)
);
create index inbox_ready on inbox (lane, claimed_by, next_at, seq) where state = 'waiting';
create index inbox_open on inbox (lane, key, seq) where state <> 'done';
create index inbox_dead on inbox (lane, key) where state = 'dead';
create index inbox_done on inbox (done_at) where state = 'done';
create index inbox_full on inbox (done_at) where state = 'done' and not emptied;

create table timers (
  name text not null,
  key text not null,
  due_at timestamptz not null,
  id uuid not null,
  type text not null,
  body jsonb not null,
  meta jsonb not null,
  primary key (name, key)
);
create index timers_due on timers (due_at);

alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table inbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
`);
    if (version >= 170000) await queryRunner.query(`grant maintain on outbox, inbox, timers to ${role}`);
    await queryRunner.query(`
create table categories (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  name_en text,
  description text,
  position int not null default 0,
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table brands (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  description text,
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table products (
  id uuid primary key,
  slug text not null unique,
  sku text not null unique,
  name text not null,
  name_en text,
  description text not null,
  description_en text,
  story text,
  category_id uuid not null references categories,
  brand_id uuid not null references brands,
  base_price bigint not null check (base_price > 0),
  status text not null check (status in ('active', 'draft', 'removed')),
  featured boolean not null,
  image_url text,
  modifiers jsonb not null,
  version int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index products_category on products (category_id);
create index products_brand on products (brand_id);
create index products_newest on products (created_at desc, id desc);

-- What can be had of each is heard from inventory; stock_version keeps old news out.
create table variants (
  id uuid primary key,
  product_id uuid not null references products on delete cascade,
  position int not null,
  sku text not null unique,
  name text not null,
  name_en text,
  type text not null,
  price_adjustment bigint not null,
  price bigint not null check (price > 0),
  retired boolean not null default false,
  stock int not null check (stock >= 0),
  available int not null,
  stock_version bigint not null default 0
) with (fillfactor = 70);
create index variants_product on variants (product_id);

create table product_sales (
  product_id uuid primary key,
  sold bigint not null
) with (fillfactor = 50);

-- What customers browse: one row per product, ready to be shown, sorted and found.
create table shelf (
  product_id uuid primary key references products on delete cascade,
  slug text not null unique,
  listed boolean not null,
  listed_at timestamptz not null,
  category text not null,
  brand text not null,
  featured boolean not null,
  price bigint not null,
  in_stock boolean not null,
  popularity bigint not null default 0,
  sort_vi text not null,
  sort_en text not null,
  head_vi text not null,
  head_en text not null,
  words tsvector not null,
  revision bigint not null default 1,
  indexed_revision bigint not null default 0
) with (fillfactor = 70);
create index shelf_newest on shelf (listed_at, product_id) where listed;
create index shelf_price on shelf (price, product_id) where listed;
create index shelf_popular on shelf (popularity, product_id) where listed;
create index shelf_name_vi on shelf (sort_vi, product_id) where listed;
create index shelf_name_en on shelf (sort_en, product_id) where listed;
create index shelf_category on shelf (category, listed_at, product_id) where listed;
create index shelf_words on shelf using gin (words);
create index shelf_unindexed on shelf (product_id) where revision <> indexed_revision;

create table search_words (word text primary key);
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
