import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An event of a provider counts once for each payment that it names. What the provider's books have not settled yet is kept, and
 * asked about again.
 */
export class KeptWebhooks1797000000900 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table webhooks_heard
        add column payment_key text not null default '',
        add column event jsonb,
        add column next_at timestamptz,
        add column unanswered int not null default 0,
        drop constraint webhooks_heard_pkey,
        add primary key (provider, event_id, payment_key);
      create index webhooks_heard_due on webhooks_heard (next_at) where next_at is not null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
