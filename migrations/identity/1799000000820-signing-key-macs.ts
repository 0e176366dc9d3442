import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A retired key is trusted only with a MAC, because its private key may be encrypted with a former TOKEN_SECRET. */
export class SigningKeyMacs1799000000820 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table signing_keys add column mac bytea;
      comment on column signing_keys.mac is 'HMAC-SHA256 over the key and when it was retired, with EVENT_MAC_KEY; null on keys of older builds.';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
