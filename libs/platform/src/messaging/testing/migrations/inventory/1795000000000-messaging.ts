import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createMessagingTables } from '#platform/messaging';
import { createProcessTables } from '#platform/processes';

export class Messaging1795000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createMessagingTables(queryRunner);
    await createProcessTables(queryRunner);
    await queryRunner.query(
      `create table effects (seq bigint generated always as identity, key text, n int, at timestamptz default clock_timestamp())`,
    );
  }

  async down(): Promise<void> {
    // forward only
  }
}
