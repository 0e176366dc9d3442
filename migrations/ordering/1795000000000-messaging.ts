import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createMessagingTables } from '#platform/messaging';
import { createProcessTables } from '#platform/processes';

export class Messaging1795000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createMessagingTables(queryRunner);
    await createProcessTables(queryRunner);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
