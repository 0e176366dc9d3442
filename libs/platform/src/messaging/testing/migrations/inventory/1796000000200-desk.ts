import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createDeadLetterDesk } from '#platform/messaging';
import { createProcessDesk } from '#platform/processes';

export class Desk1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createDeadLetterDesk(queryRunner);
    await createProcessDesk(queryRunner);
  }

  async down(): Promise<void> {
    // forward only
  }
}
