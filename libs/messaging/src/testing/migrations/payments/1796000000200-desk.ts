import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Desk1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create index inbox_dead_in_order on inbox (seq) where state = 'dead'`);
  }

  async down(): Promise<void> {
    // forward only
  }
}
