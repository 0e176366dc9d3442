import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the tokens that somebody paid with, to forget them. */
export class TokensBySubject1796000000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index payments_token_subject on payments ((token->>'subject')) where token is not null`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
