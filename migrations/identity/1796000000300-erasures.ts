import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whom the shop was asked to forget, and which contexts have. */
export class Erasures1796000000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table erasures (
        id uuid primary key,
        subject uuid not null unique,
        kind text not null check (kind in ('customer', 'guest')),
        asks int not null default 1,
        asked_at timestamptz(3) not null default now(),
        tried_at timestamptz not null default now(),
        begun_at timestamptz
      );
      create index erasures_asked on erasures (asked_at desc, id desc);
      create index erasures_unbegun on erasures (tried_at) where begun_at is null;

      create table erasure_parts (
        erasure_id uuid not null references erasures (id),
        context text not null,
        done_at timestamptz(3) not null default now(),
        primary key (erasure_id, context)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
