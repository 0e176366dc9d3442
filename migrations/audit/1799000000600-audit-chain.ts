import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#database/migrations';

export class AuditChain1799000000600 implements MigrationInterface {
  static readonly olderBuildsMayRun = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    const role = runtimeRole('audit');
    await queryRunner.query(`
create table chain (
  position bigint primary key check (position > 0),
  kind text not null check (kind in ('entry', 'outcome')),
  row_id uuid not null,
  hash bytea not null check (length(hash) = 32),
  unique (kind, row_id)
);

create table seals (
  position bigint primary key,
  after bigint not null unique check (after >= 0 and after < position),
  hash bytea not null,
  key_id text not null,
  signature bytea not null,
  sealed_at timestamptz not null
);

create index outcomes_at on outcomes (at);
comment on table chain is 'The place of every line of the trail, and of what became of it, chained by hashes. Append-only.';

create function chain_rows(kinds text[], ids uuid[], hashes text[], last_position bigint)
returns boolean language plpgsql security definer set search_path = audit, pg_temp as $chain$
begin
  if last_position <> coalesce((select max(position) from chain), 0) then
    return false;
  end if;
  insert into chain (position, kind, row_id, hash)
    select last_position + n.turn, n.kind, n.row_id, decode(n.hash, 'hex')
    from unnest(kinds, ids, hashes) with ordinality as n(kind, row_id, hash, turn);
  return true;
exception when unique_violation then
  return false; -- another process was faster
end $chain$;

create function seal_chain(seal_position bigint, seal_after bigint, seal_hash text, seal_key text, seal_signature text,
  sealed timestamptz)
returns boolean language plpgsql security definer set search_path = audit, pg_temp as $seal$
begin
  if seal_after <> coalesce((select max(position) from seals), 0) then
    return false;
  end if;
  if not exists (select from chain where position = seal_position and hash = decode(seal_hash, 'hex')) then
    raise exception 'position % is not in the chain with that hash', seal_position using errcode = 'check_violation';
  end if;
  insert into seals (position, after, hash, key_id, signature, sealed_at)
    values (seal_position, seal_after, decode(seal_hash, 'hex'), seal_key, decode(seal_signature, 'hex'), sealed);
  return true;
exception when unique_violation then
  return false;
end $seal$;
`);
    await queryRunner.query(`create trigger chain_append_only before update or delete or truncate on chain
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on chain from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on chain from current_user`);
    if (role !== 'current_user') await queryRunner.query(`revoke insert on chain from ${role}`);
    await queryRunner.query(`create trigger seals_append_only before update or delete or truncate on seals
      for each statement execute function append_only()`);
    await queryRunner.query(`revoke update, delete, truncate on seals from ${role}`);
    await queryRunner.query(`revoke update, delete, truncate on seals from current_user`);
    if (role !== 'current_user') await queryRunner.query(`revoke insert on seals from ${role}`);
    await queryRunner.query(`revoke execute on function chain_rows from public`);
    await queryRunner.query(`grant execute on function chain_rows to ${role}`);
    await queryRunner.query(`revoke execute on function seal_chain from public`);
    await queryRunner.query(`grant execute on function seal_chain to ${role}`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
