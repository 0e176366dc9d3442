import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Points follow the money that is kept: what was paid for an order is noted beside what was given back of it. */
export class PointsOfKeptMoney1797000000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Orders so far earned their points when they were confirmed, as if they had been paid then.
    await runner.query(`
      alter table points_of_orders add column paid bigint not null default 0 check (paid >= 0);
      update points_of_orders set paid = total;

      alter table points_entries drop constraint points_entries_reason_check;
      alter table points_entries add constraint points_entries_reason_check
        check (reason in ('order-confirmed', 'order-completed', 'order-cancelled', 'order-refunded'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
