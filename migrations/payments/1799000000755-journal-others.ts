import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which older builds may write lines without a MAC no longer depends on what the role writes. */
export class JournalOthers1799000000755 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
    alter table journal_marks
      add column others uuid[] not null default '{}',
      add column others_until timestamptz not null default now() + interval '7 days';
    update journal_marks set others = array(
      select id from instances where seen_at between now() - interval '2 minutes' and now()) where mac is null;
    comment on column journal_marks.others is 'Instances of older builds that were alive when this was written: they make no MACs.'`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
