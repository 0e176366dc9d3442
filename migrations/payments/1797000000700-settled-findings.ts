import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Staff mark a finding as looked after: who did, and what they found. */
export class SettledFindings1797000000700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table payment_findings
        add column note text,
        add column settled_by uuid,
        drop constraint payment_findings_state_check,
        add constraint payment_findings_state_check
          check (state in ('noted', 'giving-back', 'given-back', 'refused', 'settled'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
