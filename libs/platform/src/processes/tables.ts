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

/** For a later migration of the same contexts: what those who look after processes need to know of them. */
export async function createProcessDesk(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    alter table processes
      add column status text not null default 'running' check (status in ('running', 'needs-attention', 'over')),
      add column step text not null default '',
      add column waiting_for text,
      add column asked int not null default 0,
      add column attention text,
      add column since timestamptz not null default now();
    update processes set since = changed_at;
    drop index processes_changed;
    create index processes_open on processes (since, name, id) where status <> 'over';
    create index processes_attention on processes (since, name, id) where status = 'needs-attention';

    alter table process_journal
      add column happened_at timestamptz,
      add column attempts int not null default 1,
      add column asked_keys text[],
      add column timers jsonb,
      add column handled_by int;`);
}
