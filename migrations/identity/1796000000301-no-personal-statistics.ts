import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Postgres keeps samples of every column for its planner, beyond the life of the rows: none of what is personal. */
export class NoPersonalStatistics1796000000301 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Naming its type again drops what Postgres has sampled of a column so far.
    await runner.query(`
      alter table accounts
        alter column email type text, alter column email set statistics 0,
        alter column email_key type text, alter column email_key set statistics 0,
        alter column name type text, alter column name set statistics 0,
        alter column password_hash type text, alter column password_hash set statistics 0;
      alter table sessions
        alter column user_agent type text, alter column user_agent set statistics 0;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
