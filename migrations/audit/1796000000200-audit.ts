import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class Audit1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('audit');
    await queryRunner.query(`
create table entries (
  id uuid primary key,
  at timestamptz not null default now(),
  actor text not null,
  role text not null,
  channel text not null check (channel in ('api', 'command-line')),
  operation text not null,
  request text not null,
  targets text[] not null,
  reason text,
  request_id text
);
create index entries_at on entries (at, id);
create index entries_actor on entries (actor, at, id);
create index entries_operation on entries (operation, at, id);
create index entries_targets on entries using gin (targets);

create table outcomes (
  entry_id uuid primary key,
  at timestamptz not null default now(),
  status int not null,
  code text,
  made text
);
create index outcomes_made on outcomes (made) where made is not null;

comment on table entries is 'Who asked for what. Append-only; written before it is done.';
comment on table outcomes is 'What became of it. Append-only; where there is none, nobody was left to say.';

create function append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$;
`);
    await queryRunner.query(`create trigger entries_append_only before update or delete or truncate on entries
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on entries from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on entries from current_user`);
    await queryRunner.query(`create trigger outcomes_append_only before update or delete or truncate on outcomes
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on outcomes from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on outcomes from current_user`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
