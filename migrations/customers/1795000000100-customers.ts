import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Profiles and addresses as state; points as an append-only ledger beside a balance row. */
export class Customers1795000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table customers (
        id uuid primary key,
        name text not null,
        email text not null,
        phone text,
        locale text not null check (locale in ('vi', 'en')),
        version int not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );

      create table addresses (
        id uuid primary key,
        customer_id uuid not null,
        label text,
        recipient text not null,
        phone text not null,
        line1 text not null,
        line2 text,
        ward text,
        district text,
        city text not null,
        is_default boolean not null default false,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      );
      create index addresses_of_customer on addresses (customer_id, created_at, id);
      create unique index addresses_one_default on addresses (customer_id) where is_default;

      create table points_balances (
        customer_id uuid primary key,
        balance bigint not null default 0 check (balance >= 0),
        earned bigint not null default 0 check (earned >= 0)
      );

      create table points_entries (
        id uuid primary key,
        customer_id uuid not null,
        order_id uuid not null,
        points bigint not null check (points <> 0),
        reason text not null check (reason in ('order-confirmed', 'order-cancelled', 'order-refunded')),
        at timestamptz(3) not null default now()
      );
      create index points_entries_of_customer on points_entries (customer_id, at desc, id desc);

      create table points_of_orders (
        order_id uuid primary key,
        customer_id uuid not null,
        total bigint not null,
        earned bigint not null check (earned >= 0),
        refunded bigint not null default 0,
        taken_back bigint not null default 0 check (taken_back between 0 and earned)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
