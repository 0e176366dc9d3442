import type { QueryRunner } from 'typeorm';
import { runtimeRole } from '#platform/database';

const tables = `
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
`;

export async function createAuditTables(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(tables);
  for (const table of ['entries', 'outcomes']) {
    await queryRunner.query(`create trigger ${table}_append_only before update or delete or truncate on ${table}
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on ${table} from ${runtimeRole('audit')}`);
    await queryRunner.query(`revoke update, delete, truncate on ${table} from current_user`);
  }
}
