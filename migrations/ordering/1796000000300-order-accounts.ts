import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who orders, and whether they still may; and a way to a customer's streams that does not wait for a read model. */
export class OrderAccounts1796000000300 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create table order_accounts (
      subject uuid primary key,
      orders int not null default 1,
      closed_at timestamptz
    ) with (fillfactor = 70)`);
    await queryRunner.query(`create index order_events_of_customer on order_events ((event_data->>'customerId'))
      where event_type = 'OrderPlaced'`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
