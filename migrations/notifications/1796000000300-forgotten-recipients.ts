import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who gets no more letters; and a way to all letters of one person. */
export class ForgottenRecipients1796000000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table forgotten (
        subject uuid primary key,
        at timestamptz not null default now()
      );
      create index letters_of_subject on letters ((recipient->'email'->>'subject'))
        where recipient->'email'->>'subject' is not null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
