import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where log-ins moved a guest's lines to, and the lines of failed orders, which come back once. */
export class Portions1797000000100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create table cart_merges (
      cart_id uuid not null references carts on delete cascade,
      into_id uuid not null,
      user_id uuid not null,
      primary key (cart_id, into_id)
    )`);
    await queryRunner.query(`insert into cart_merges (cart_id, into_id, user_id)
      select guest.id, mine.id, mine.user_id from carts guest join carts mine on mine.id = guest.merged_into
      where mine.user_id is not null`);
    await queryRunner.query(`create table returned_orders (
      order_id uuid primary key,
      returned_at timestamptz not null default now()
    )`);
    await queryRunner.query(`alter table carts add column closed_at timestamptz`);
    // Lines that come back are kept, also beyond the lines that one may put in.
    await queryRunner.query(`alter table carts drop constraint carts_lines_check`);
    await queryRunner.query(`alter table carts add constraint carts_lines_check check (jsonb_typeof(lines) = 'array')`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
