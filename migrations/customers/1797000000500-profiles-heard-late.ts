import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which fields a customer changed themselves, and whether their registration was heard: what is heard late fills all
 * that nobody has changed. A profile that still has the e-mail address for a name was made before it was heard.
 */
export class ProfilesHeardLate1797000000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table customers
        add column changed text[] not null default '{}',
        add column welcomed boolean not null default true;
      update customers set welcomed = false, changed = '{locale}' where name = email and erased_at is null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
