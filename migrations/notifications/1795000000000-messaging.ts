import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createMessagingTables } from '#platform/messaging';

export class Messaging1795000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
