import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createMessagingTables } from '#platform/messaging';

/** Carts of users and of guests, each whole in one row. */
export class Carts1795000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createMessagingTables(queryRunner);
    await queryRunner.query(`
      create table carts (
        id uuid primary key,
        user_id uuid unique,
        token_hash text unique,
        version integer not null check (version > 0),
        lines jsonb not null check (jsonb_typeof(lines) = 'array' and jsonb_array_length(lines) <= 50),
        ordered_version integer,
        merged_into uuid,
        updated_at timestamptz not null default now(),
        check ((user_id is null) <> (token_hash is null))
      ) with (fillfactor = 70)`);
    await queryRunner.query(`create index carts_of_guests on carts (updated_at) where user_id is null`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
