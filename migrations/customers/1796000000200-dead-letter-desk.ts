import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createDeadLetterDesk } from '#platform/messaging';

export class DeadLetterDesk1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createDeadLetterDesk(queryRunner);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
