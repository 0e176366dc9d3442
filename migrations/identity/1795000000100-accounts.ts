import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts, their sessions (a family of refresh tokens each), and the keys that access tokens are signed with. */
export class Accounts1795000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table accounts (
        id uuid primary key,
        email text not null,
        email_key text not null unique,
        name text not null,
        password_hash text not null,
        role text not null check (role in ('customer', 'barista', 'manager', 'admin')),
        locale text not null check (locale in ('vi', 'en')),
        created_at timestamptz not null default now()
      );

      create table sessions (
        id uuid primary key,
        account_id uuid not null references accounts (id) on delete cascade,
        user_agent text,
        created_at timestamptz not null default now(),
        last_used_at timestamptz not null default now(),
        revoked_at timestamptz,
        revoked_for text
      );
      create index sessions_of_account on sessions (account_id, created_at desc);

      create table refresh_tokens (
        hash bytea primary key,
        session_id uuid not null references sessions (id) on delete cascade,
        issued_at timestamptz not null default now(),
        expires_at timestamptz not null,
        used_at timestamptz
      );
      create index refresh_tokens_of_session on refresh_tokens (session_id);
      create index refresh_tokens_expired on refresh_tokens (expires_at);

      create table signing_keys (
        kid text primary key,
        public_jwk jsonb not null,
        private_sealed text not null,
        created_at timestamptz not null default now(),
        retired_at timestamptz
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
