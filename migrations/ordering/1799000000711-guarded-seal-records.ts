import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

/** Builds of before that run go on sealing. What they decide about seals by hand is refused, and so is their start on it. */
export class GuardedSealRecords1799000000711 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('ordering');
    await queryRunner.query(
      `alter table order_seal_records add column disowned jsonb generated always as (body::jsonb->'disowned') stored`,
    );
    await queryRunner.query(`
create function record_seal_decision(record bigint, decision text, signed_with text, signed text)
returns boolean language plpgsql security definer set search_path = ordering, pg_temp as $decide$
declare
  newest bigint;
  written int;
begin
  select coalesce(max(number), 0) into newest from order_seal_records;
  if record > newest + 10000 then
    raise exception 'record % does not follow on record %', record, newest using errcode = 'check_violation';
  end if;
  if record <= newest then
    return false;
  end if;
  insert into order_seal_records (number, body, key_id, signature)
    values (record, decision, signed_with, decode(signed, 'hex')) on conflict do nothing;
  get diagnostics written = row_count;
  return written > 0;
end $decide$;
`);
    if (role !== 'current_user') await queryRunner.query(`revoke insert on order_seal_records from ${role}`);
    await queryRunner.query(`revoke execute on function record_seal_decision from public`);
    await queryRunner.query(`grant execute on function record_seal_decision to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
