import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys that personal values are sealed with; a destroyed one leaves its row, so that none is made again. */
export class SubjectKeys1795000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table subject_keys (
        subject uuid primary key,
        wrapped bytea,
        created_at timestamptz not null default now(),
        destroyed_at timestamptz,
        check ((wrapped is null) = (destroyed_at is not null))
      )`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
