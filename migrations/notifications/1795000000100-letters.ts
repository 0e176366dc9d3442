import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What customers are told, once per event and channel. Personal values stay sealed; a letter is rendered when it is sent or read. */
export class Letters1795000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table letters (
        id uuid primary key,
        order_id uuid not null,
        event text not null,
        channel text not null check (channel in ('email')),
        locale text not null check (locale in ('vi', 'en')),
        recipient jsonb not null,
        recipient_key text not null,
        content jsonb not null,
        written_at timestamptz not null default now(),
        sent_at timestamptz(3),
        attempts int not null default 0,
        next_at timestamptz,
        error text
      );
      create index letters_sent on letters (sent_at desc, id desc) where sent_at is not null;
      create index letters_to on letters (recipient_key, sent_at desc, id desc) where sent_at is not null;
      create index letters_due on letters (next_at) where sent_at is null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
