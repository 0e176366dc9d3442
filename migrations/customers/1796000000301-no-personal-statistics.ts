import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Postgres keeps samples of every column for its planner, beyond the life of the rows: none of what is personal. */
export class NoPersonalStatistics1796000000301 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Naming its type again drops what Postgres has sampled of a column so far.
    await runner.query(`
      alter table customers
        alter column name type text, alter column name set statistics 0,
        alter column email type text, alter column email set statistics 0,
        alter column phone type text, alter column phone set statistics 0;
      alter table addresses
        alter column label type text, alter column label set statistics 0,
        alter column recipient type text, alter column recipient set statistics 0,
        alter column phone type text, alter column phone set statistics 0,
        alter column line1 type text, alter column line1 set statistics 0,
        alter column line2 type text, alter column line2 set statistics 0,
        alter column ward type text, alter column ward set statistics 0,
        alter column district type text, alter column district set statistics 0,
        alter column city type text, alter column city set statistics 0;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
