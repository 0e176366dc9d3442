import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createAuditTables } from '#platform/audit';

export class Audit1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createAuditTables(queryRunner);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
