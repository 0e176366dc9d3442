import type { QueryRunner } from 'typeorm';

/** For the migration of a context that runs processes; its messaging tables come first. */
export async function createProcessTables(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    create table processes (
      name text not null,
      id text not null,
      definition int not null,
      version int not null,
      state jsonb not null,
      started_at timestamptz not null default now(),
      changed_at timestamptz not null default now(),
      primary key (name, id)
    );
    create index processes_changed on processes (name, changed_at);
    alter table processes set (fillfactor = 70);

    create table process_journal (
      id text not null,
      name text not null,
      version int not null,
      at timestamptz not null default now(),
      heard text not null,
      message_id uuid not null,
      note text not null,
      asked text[] not null,
      primary key (id, name, version)
    );`);
}
