export { connect, contextPool, databaseUrl, poolSize, startUp } from './connection';
export { Database } from './database';
export { contextDatabase, DatabaseModule, Databases } from './database.module';
export { migrate, pendingMigrations, type MigrateOptions, type MigrationReport } from './migrate';
export { migrationsFolder } from './migrations';
export { PgDatabase } from './pg-database';
export { pgTypes } from './pg-types';
export { runtimeRole } from './roles';
export { statement, type Statement } from './statement';
export { runningPostgres, startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded/embedded'; // prettier-ignore
export { DataFolderInUse } from './embedded/owner';
