import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createDeadLetterDesk } from '#platform/messaging';
import { createProcessDesk } from '#platform/processes';

/** Those that began before stand where their state says; their next step tells the rest. */
export class ProcessDesk1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createDeadLetterDesk(queryRunner);
    await createProcessDesk(queryRunner);
    await queryRunner.query(`
      update processes set step = state->>'step', asked = coalesce((state->>'asked')::int, 0),
        status = case when state->>'step' in ('confirmed', 'given-up', 'undone') then 'over' else 'running' end
      where name = 'checkout';
      update processes set
        (step, status) = (
          select coalesce(min(r.refund->>'step') filter (where r.refund ? 'asked'), min(r.refund->>'step'), 'waiting'),
                 case when bool_or(r.refund ? 'asked') is not false then 'running' else 'over' end
          from jsonb_each(state->'refunds') as r(id, refund))
      where name = 'refunds';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
