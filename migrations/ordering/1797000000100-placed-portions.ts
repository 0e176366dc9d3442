import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPlacedPortions } from '#platform/event-store';

export class PlacedPortions1797000000100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createPlacedPortions(queryRunner);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
