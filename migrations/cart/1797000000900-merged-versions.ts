import type { MigrationInterface, QueryRunner } from 'typeorm';

/** At which version of a guest's cart a log-in took its lines: what comes back of an order goes to whoever took it over. */
export class MergedVersions1797000000900 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table cart_merges
      add column merged_version bigint not null default 0,
      drop constraint cart_merges_pkey,
      add primary key (cart_id, into_id, merged_version)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
