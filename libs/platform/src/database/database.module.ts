import { Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { contextPool, databaseUrl } from './connection';
import { Database } from './database';
import type { EntityClass } from './entities';
import { PgDatabase } from './pg-database';

const PATIENCE = 5_000;

/** The process's databases, one per context, each with a pool that connects when first asked. */
@Injectable()
export class Databases implements OnApplicationShutdown {
  private readonly open = new Map<ContextName, PgDatabase>();

  constructor(private readonly config: Config) {}

  of(context: ContextName): Database {
    return this.known(context);
  }

  async withEntities(context: ContextName, entities: readonly EntityClass[]): Promise<Database> {
    const database = this.known(context);
    await database.use(entities);
    return database;
  }

  /** The last of all hooks: by now everyone has drained. A connection still held is given up after a while. */
  async onApplicationShutdown(): Promise<void> {
    const closing = Promise.all([...this.open.values()].map(({ pool }) => pool.end()));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE)));
    await Promise.race([closing, patience]);
    clearTimeout(timer);
  }

  private known(context: ContextName): PgDatabase {
    const known = this.open.get(context);
    if (known) return known;
    const made = new PgDatabase(context, contextPool(databaseUrl(this.config, context), context));
    this.open.set(context, made);
    return made;
  }
}

@Module({ providers: [Databases], exports: [Databases] })
export class DatabaseModule {}

@Module({})
class ContextDatabaseModule {}

/** The context's `Database`, for the module that imports this. */
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
