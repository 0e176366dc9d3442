import { Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { contextPool, databaseUrl } from '../pool/connection';
import { Database } from './database';
import type { EntityClass } from './entities';
import { PgDatabase } from './pg-database';

const CLOSE_TIMEOUT_MS = 5_000;
const SEPARATE_CONNECTIONS = 2;

/** The process's databases, one for each context. Each pool connects when it is first used. */
@Injectable()
export class Databases implements OnApplicationShutdown {
  private readonly databases = new Map<ContextName, PgDatabase>();
  private readonly separateDatabases = new Map<ContextName, PgDatabase>();

  constructor(private readonly config: Config) {}

  of(context: ContextName): Database {
    return this.databaseOf(context);
  }

  /** The same database with two separate connections, for work that must not wait for the context's other work. */
  separate(context: ContextName): Database {
    const known = this.separateDatabases.get(context);
    if (known) return known;
    const pool = contextPool(databaseUrl(this.config, context), context, {
      application_name: `shop ${context} separate`,
      max: SEPARATE_CONNECTIONS,
    });
    const database = new PgDatabase(context, pool);
    this.separateDatabases.set(context, database);
    return database;
  }

  async withEntities(context: ContextName, entities: readonly EntityClass[]): Promise<Database> {
    const database = this.databaseOf(context);
    await database.use(entities);
    return database;
  }

  /**
   * Nest calls this hook last, so all work has ended. The hook waits at most 5 s for connections that are still in use.
   */
  async onApplicationShutdown(): Promise<void> {
    const closing = Promise.all(
      [...this.databases.values(), ...this.separateDatabases.values()].map((database) => database.close()),
    );
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)));
    await Promise.race([closing, timeout]);
    clearTimeout(timer);
  }

  private databaseOf(context: ContextName): PgDatabase {
    const known = this.databases.get(context);
    if (known) return known;
    const database = new PgDatabase(context, contextPool(databaseUrl(this.config, context), context));
    this.databases.set(context, database);
    return database;
  }
}

@Module({ providers: [Databases], exports: [Databases] })
export class DatabaseModule {}

@Module({})
class ContextDatabaseModule {}

/** A Nest module that provides the context's `Database`. */
export function contextDatabase(
  context: ContextName,
  { entities = [] }: { entities?: readonly EntityClass[] } = {},
): DynamicModule {
  return {
    module: ContextDatabaseModule,
    imports: [DatabaseModule],
    providers: [
      { provide: 'context', useValue: context },
      {
        provide: Database,
        inject: [Databases],
        useFactory: (databases: Databases) => databases.withEntities(context, entities),
      },
    ],
    exports: [Database],
  };
}
