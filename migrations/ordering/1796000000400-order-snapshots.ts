import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createSnapshotTable } from '#platform/event-store';

export class OrderSnapshots1796000000400 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createSnapshotTable(queryRunner);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
