import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class CompatibleMigrations1798000000300 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('inventory');
    await queryRunner.query(`create table compatible_migrations ("timestamp" bigint primary key)`);
    if (role !== 'current_user')
      await queryRunner.query(`revoke insert, update, delete on compatible_migrations from ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
