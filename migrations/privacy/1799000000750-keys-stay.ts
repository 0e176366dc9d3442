import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/** A key is made once, and destroyed at most: nobody who works with keys takes one away or puts another in its place. */
export class KeysStay1799000000750 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create function keys_stay() returns trigger language plpgsql as $stay$
      begin
        if new.wrapped is not null and new.wrapped is distinct from old.wrapped or new.subject <> old.subject then
          raise exception 'a key is append-only: it is destroyed, and never another one';
        end if;
        return new;
      end $stay$;
      create trigger subject_keys_stay before update on subject_keys for each row execute function keys_stay();
      create index subject_keys_destroyed on subject_keys (subject) where destroyed_at is not null`);
    await queryRunner.query(`revoke delete, truncate on subject_keys from ${runtimeRole('privacy')}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
