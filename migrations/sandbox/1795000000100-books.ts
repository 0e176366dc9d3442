import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The sandbox provider's own books: nobody else's business, as a bank's would be. */
export class Books1795000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table charges (
        id uuid primary key default gen_random_uuid(),
        key text not null unique,
        order_id uuid not null,
        amount bigint not null,
        token text not null,
        state text not null check (state in ('failed', 'processing', 'captured', 'declined', 'voided', 'refunded')),
        attempts int not null default 1,
        settle_at timestamptz,
        tell boolean not null default false,
        refunded bigint not null default 0 check (refunded between 0 and amount),
        at timestamptz not null default now()
      );
      create index charges_of_order on charges (order_id);
      create index charges_to_settle on charges (settle_at) where state = 'processing';

      create table refunds (
        key text primary key,
        charge_key text not null references charges (key),
        amount bigint not null check (amount > 0),
        at timestamptz not null default now()
      );

      create table webhooks (
        id bigint generated always as identity primary key,
        event_id uuid not null default gen_random_uuid(),
        body jsonb not null,
        attempts int not null default 0,
        due_at timestamptz not null default now(),
        delivered_at timestamptz
      );
      create index webhooks_due on webhooks (due_at) where delivered_at is null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
