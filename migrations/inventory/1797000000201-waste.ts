import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Goods of an order that ended after they were made do not come back: the ledger says so. */
export class Waste1797000000201 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table stock_movements drop constraint stock_movements_kind_check;
      alter table stock_movements add constraint stock_movements_kind_check check (kind in
        ('listed', 'reserved', 'committed', 'reservation-released', 'restocked', 'waste', 'counted', 'adjusted'));
      alter table reservations add column wasted boolean not null default false`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
