import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class PlacedPortions1797000000100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('ordering');
    await queryRunner.query(`create table placed_portions (
    portion_id uuid primary key,
    quantity int not null check (quantity > 0),
    order_id uuid not null
  )`);
    await queryRunner.query(`revoke update, delete on placed_portions from ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
