import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createDeadLetterDesk } from '#platform/messaging';

export class Desk1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createDeadLetterDesk(queryRunner);
  }

  async down(): Promise<void> {
    // forward only
  }
}
