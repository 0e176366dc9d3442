import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/**
 * Stock belongs to a thing on the shelf (`item`), and its SKU is a name that may change. `named` says how new the name
 * is. A row whose variant is not known yet is older than this, and is recognised by its SKU.
 */
export class StockOfVariants1797000000400 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table stock
        add column item uuid not null default gen_random_uuid(),
        add column variant_id uuid,
        add column named bigint not null default 0,
        add column former_sku text`);
    await queryRunner.query('alter table stock drop constraint stock_pkey, alter column sku drop not null');
    await queryRunner.query('alter table stock add primary key (item)');
    await queryRunner.query('create unique index stock_sku on stock (sku)');
    await queryRunner.query('create unique index stock_variant on stock (variant_id)');

    await queryRunner.query('alter table stock_movements disable trigger stock_movements_stay');
    await queryRunner.query('alter table stock_movements add column item uuid');
    // Where one role serves as owner and as runtime role, its own right to update was taken away: it is lent for this.
    await queryRunner.query('grant update on stock_movements to current_user');
    await queryRunner.query('update stock_movements m set item = s.item from stock s where s.sku = m.sku');
    await queryRunner.query('alter table stock_movements enable trigger stock_movements_stay');
    await queryRunner.query('create index stock_movements_of_item on stock_movements (item, id)');
    await queryRunner.query(`revoke update, delete, truncate on stock_movements from ${runtimeRole('inventory')}`);

    await queryRunner.query(`
      update reservations r set lines = (
        select coalesce(jsonb_agg(line || coalesce(jsonb_build_object('item', s.item), '{}') order by n), '[]')
          from jsonb_array_elements(r.lines) with ordinality as l (line, n)
          left join stock s on s.sku = l.line ->> 'sku')
       where state <> 'released'`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
