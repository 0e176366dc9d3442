import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Those that began before stand where their state says; their next step tells the rest. */
export class ProcessDesk1796000000200 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create index inbox_dead_in_order on inbox (seq) where state = 'dead'`);
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
    await queryRunner.query(`
      update processes set step = state->>'step', asked = coalesce((state->>'asked')::int, 0),
        status = case when state->>'step' in ('confirmed', 'given-up', 'undone') then 'over' else 'running' end
      where name = 'checkout';
      update processes set
        (step, status) = (
          select coalesce(min(r.refund->>'step') filter (where r.refund ? 'asked'), min(r.refund->>'step'), 'waiting'),
                 case when bool_or(r.refund ? 'asked') is not false then 'running' else 'over' end
          from jsonb_each(state->'refunds') as r(id, refund))
      where name = 'refunds';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
