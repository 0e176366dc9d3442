import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runtimeRole } from '#platform/database';
import { createFirstTable, createProjectionRegistry, relationOf } from '#platform/projections';
import { orderProjections } from '../../libs/ordering/src/projections/order-projections.config';

export class ReadModels1795000000300 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createProjectionRegistry(queryRunner, runtimeRole('ordering'));
    for (const projection of orderProjections) {
      const relation = relationOf(projection.name, projection.version, 1);
      await createFirstTable(queryRunner, projection, relation);
    }
    await queryRunner.query(`create table order_timeline (
      id uuid primary key,
      order_id uuid not null,
      at timestamptz not null,
      source text not null,
      type text not null,
      note text not null,
      data jsonb not null
    )`);
    await queryRunner.query('create index order_timeline_order on order_timeline (order_id, at, id)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
