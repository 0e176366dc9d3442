import type { Database } from '#database';
import type { Projection } from './projection';

/**
 * Creates the empty table `relation` for a projection. Both the first table and the tables of rebuilds are created
 * here.
 */
export async function createProjectionTable(db: Database, projection: Projection, relation: string): Promise<void> {
  const columns = Object.entries(projection.columns).map(([name, { type }]) => ({ name, type }));
  await db.query('select create_projection_table($1, $2::jsonb, $3::jsonb)', [
    relation,
    JSON.stringify(columns),
    JSON.stringify(projection.indexes),
  ]);
}

/** Creates the projection's first table, and registers it as the live table at position 0. */
export async function createFirstTable(db: Database, projection: Projection, relation: string, run = 1): Promise<void> {
  await createProjectionTable(db, projection, relation);
  await db.query(
    `insert into projection_tables (relation, name, version, run, state, live_at) values ($1, $2, $3, $4, 'live', now())`,
    [relation, projection.name, projection.version, run],
  );
  await db.query('insert into projection_checkpoints (relation) values ($1)', [relation]);
}
