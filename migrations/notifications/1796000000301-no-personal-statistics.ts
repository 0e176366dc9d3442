import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Postgres keeps samples of every column for its planner, beyond the life of the rows: none of what is personal. */
export class NoPersonalStatistics1796000000301 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Naming its type again drops what Postgres has sampled of a column so far.
    await runner.query(`
      alter table letters
        alter column recipient_key type text, alter column recipient_key set statistics 0,
        alter column error type text, alter column error set statistics 0;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
