import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#platform/database';
import { createMessagingTables } from '#platform/messaging';

/** Stock, what orders hold of it, and the ledger of every piece that moved. */
export class Stock1795000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createMessagingTables(queryRunner);
    await queryRunner.query(`
      create table stock (
        sku text primary key,
        on_hand integer not null constraint stock_on_hand_is_there check (on_hand >= 0),
        reserved integer not null default 0 constraint stock_reserved_is_there check (reserved >= 0),
        version integer not null default 1,
        constraint stock_reserved_is_on_hand check (reserved <= on_hand)
      ) with (fillfactor = 50)`); // room beside each row: the best sellers change many times a second
    await queryRunner.query(`
      create table reservations (
        order_id uuid primary key,
        state text not null check (state in ('reserved', 'committed', 'released')),
        lines jsonb not null,
        restocked boolean not null default false,
        short jsonb,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      ) with (fillfactor = 80)`);
    await queryRunner.query(`
      create table stock_movements (
        id bigint generated always as identity primary key,
        sku text not null,
        order_id uuid,
        kind text not null check (kind in
          ('listed', 'reserved', 'committed', 'reservation-released', 'restocked', 'counted', 'adjusted')),
        delta_on_hand integer not null,
        delta_reserved integer not null,
        reason text,
        actor text not null,
        at timestamptz not null default now()
      )`);
    await queryRunner.query('create index stock_movements_of_sku on stock_movements (sku, id)');
    await queryRunner.query(`
      create index stock_movements_of_order on stock_movements (order_id) where order_id is not null`);
    await queryRunner.query(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only: % is refused', tg_table_name, tg_op;
      end $$`);
    await queryRunner.query(`
      create trigger stock_movements_stay before update or delete or truncate on stock_movements
      for each statement execute function refuse_change()`);
    await queryRunner.query(`revoke update, delete, truncate on stock_movements from ${runtimeRole('inventory')}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
