import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DeadLetterDesk1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create index inbox_dead_in_order on inbox (seq) where state = 'dead'`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
