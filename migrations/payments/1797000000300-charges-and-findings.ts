import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which payment a provider's charge belongs to, money that staff have to know of, and whether a provider may have heard of
 * a payment at all. Payments from before this may all have been asked for.
 */
export class ChargesAndFindings1797000000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table payments add column asked boolean not null default true;

      create table payment_charges (
        provider text not null,
        charge_id text not null,
        payment_id uuid not null,
        found_at timestamptz not null default now(),
        primary key (provider, charge_id)
      );
      insert into payment_charges (provider, charge_id, payment_id)
        select provider, charge_id, id from payments where charge_id is not null order by created_at
        on conflict do nothing;

      create table payment_findings (
        id uuid primary key default gen_random_uuid(),
        kind text not null,
        provider text not null,
        charge_id text,
        payment_key text not null,
        payment_id uuid,
        order_id uuid,
        amount bigint not null,
        currency text not null,
        state text not null check (state in ('noted', 'giving-back', 'given-back', 'refused')),
        reason text,
        unanswered int not null default 0,
        next_at timestamptz,
        claimed_until timestamptz,
        found_at timestamptz not null default now(),
        settled_at timestamptz,
        unique nulls not distinct (kind, provider, charge_id, payment_key)
      );
      create index payment_findings_due on payment_findings (next_at) where next_at is not null;
      create index payment_findings_found on payment_findings (found_at, id);
      create index payment_findings_of_order on payment_findings (order_id, found_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
