import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions have an end that no renewal moves, accounts say whether the configuration made them, and there are auditors.
 * Who is an admin already was made one by the configuration or by hand. Nobody can tell any more which of them somebody
 * else had registered before, so their sessions end once: they log in again.
 */
export class EndsOfSessions1799000000200 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table accounts
        add column seeded boolean not null default false,
        drop constraint accounts_role_check,
        add constraint accounts_role_check check (role in ('customer', 'barista', 'manager', 'auditor', 'admin'));
      update accounts set seeded = true where role = 'admin';
      update sessions set revoked_at = now(), revoked_for = 'account-changed'
        where revoked_at is null and account_id in (select id from accounts where role = 'admin');

      alter table sessions add column ends_at timestamptz;
      create index sessions_ended on sessions (least(revoked_at, ends_at));
      create index sessions_idle on sessions (last_used_at);

      comment on column accounts.seeded is 'Made by ADMIN_EMAIL, or an admin before this was kept. Nobody else''s account becomes the admin.';
      comment on column sessions.ends_at is 'No refresh token renews it beyond this. Null: opened by an earlier build, which gave sessions no end.';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
