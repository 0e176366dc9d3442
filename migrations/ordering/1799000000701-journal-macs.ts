import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/** Builds of before write lines without a MAC beside it; they are counted once none of them is alive any more. */
export class JournalMacs1799000000701 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('ordering');
    await queryRunner.query(`alter table process_journal add column mac bytea, add column marked_at timestamptz`);
    await queryRunner.query(`comment on column process_journal.mac is
    'HMAC-SHA256 over the line with EVENT_MAC_KEY; null on lines of before.'`);
    await queryRunner.query(`
create table journal_marks (
  journal text primary key,
  through timestamptz,
  lines bigint,
  mac bytea
);
comment on table journal_marks is 'How many lines of a journal are of before there were MACs, and when the last was written.';

create table journal_checks (
  journal text primary key,
  checked_at timestamptz not null default now(),
  result jsonb not null
);
comment on table journal_checks is 'What the last check of a journal found.';

create function sign_journal(signed_journal text, last_without timestamptz, lines_without bigint, signed bytea)
returns void language sql security definer set search_path = ordering, pg_temp as $sign$
  update journal_marks set through = last_without, lines = lines_without, mac = signed
  where journal = signed_journal and mac is null;
$sign$;
`);
    await queryRunner.query(`insert into journal_marks (journal) values ('ordering.process_journal')`);
    if (role !== 'current_user') await queryRunner.query(`revoke insert, update, delete on journal_marks from ${role}`);
    await queryRunner.query(`revoke execute on function sign_journal from public`);
    await queryRunner.query(`grant execute on function sign_journal to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
