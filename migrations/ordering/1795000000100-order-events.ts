import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createEventStoreTables } from '#platform/event-store';

export class OrderEvents1795000000100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createEventStoreTables(queryRunner);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
