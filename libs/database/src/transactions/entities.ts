import pg, { type Pool } from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import type { ContextName } from '#platform/config';
import type { Transaction } from './transaction';

export type EntityClass = new (...args: never[]) => object;

type Connected = (error: undefined, client: object, release: () => void) => void;

/**
 * A TypeORM data source over an existing pool. TypeORM opens a connection when it starts. Here TypeORM gets a fake
 * connection, so that it can read the entities' metadata without a database.
 */
export async function openEntities(
  pool: Pool,
  context: ContextName,
  entities: readonly EntityClass[],
): Promise<DataSource> {
  let starting = true;
  const facade = {
    on: () => undefined,
    end: (done: () => void) => done(), // the owner of the pool closes it
    connect: (done: Connected) => (starting ? done(undefined, {}, () => undefined) : pool.connect(done as never)),
  };
  const source = new DataSource({
    type: 'postgres',
    driver: { ...pg, Pool: function () { return facade; } }, // prettier-ignore
    schema: context,
    entities: [...entities],
    installExtensions: false,
    synchronize: false,
    logging: false,
  });
  Object.assign(source.driver, { version: '16.0', database: context, searchSchema: context });
  await source.initialize();
  starting = false;
  return source;
}

/** TypeORM's manager on the connection of a transaction, so that TypeORM's changes are part of that transaction. */
export function managerOf(source: DataSource, transaction: Transaction): EntityManager {
  const runner = source.createQueryRunner() as QueryRunner & { transactionDepth: number };
  const connection = {
    query: (...args: unknown[]) => transaction.queryRaw(...args),
    on: () => undefined,
    removeListener: () => undefined,
  };
  // With depth 1, TypeORM opens a savepoint instead of a transaction.
  Object.assign(runner, { databaseConnection: connection, isTransactionActive: true, transactionDepth: 1 });
  return runner.manager;
}
