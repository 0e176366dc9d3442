import type { QueryRunner } from 'typeorm';
import type { ContextName } from '#platform/config';
import { runtimeRole } from '#platform/database';

/** The portions of carts that were ordered: each once, whichever cart it lay in by then. */
export async function createPlacedPortions(queryRunner: QueryRunner): Promise<void> {
  const [{ context }] = (await queryRunner.query(`select current_schema() as context`)) as [{ context: ContextName }];
  await queryRunner.query(`create table placed_portions (
    portion_id uuid primary key,
    quantity int not null check (quantity > 0),
    order_id uuid not null
  )`);
  await queryRunner.query(`revoke update, delete on placed_portions from ${runtimeRole(context)}`);
}
