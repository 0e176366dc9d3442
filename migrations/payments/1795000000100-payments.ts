import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One payment an order, its refunds, a journal of what the provider said, and the webhooks already heard. */
export class Payments1795000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table payments (
        id uuid primary key,
        order_id uuid not null unique,
        amount bigint not null check (amount >= 0),
        method text not null check (method in ('card', 'cash')),
        provider text not null,
        token jsonb,
        state text not null check (state in ('open', 'taken', 'declined', 'voiding', 'voided')),
        next text check (next in ('charge', 'find', 'void')),
        next_at timestamptz,
        claimed_until timestamptz,
        charges int not null default 0,
        unanswered int not null default 0,
        charge_id text,
        refunded bigint not null default 0 check (refunded between 0 and amount),
        voided_for text,
        reason text,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        check ((next is null) = (next_at is null))
      );
      create index payments_due on payments (next_at) where next is not null;

      create table refunds (
        id uuid primary key,
        order_id uuid not null,
        amount bigint not null check (amount > 0),
        state text not null check (state in ('open', 'refunded', 'refused')),
        reason text,
        unanswered int not null default 0,
        next_at timestamptz,
        claimed_until timestamptz,
        created_at timestamptz not null default now(),
        check ((state = 'open') = (next_at is not null))
      );
      create index refunds_due on refunds (next_at) where state = 'open';
      create index refunds_of_order on refunds (order_id, created_at);

      create table payment_journal (
        id bigint generated always as identity primary key,
        order_id uuid not null,
        at timestamptz not null default now(),
        call text not null,
        heard jsonb not null,
        state text not null
      );
      create index payment_journal_of_order on payment_journal (order_id, id);

      create table webhooks_heard (
        provider text not null,
        event_id text not null,
        heard_at timestamptz not null default now(),
        primary key (provider, event_id)
      );
      create index webhooks_heard_at on webhooks_heard (heard_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
