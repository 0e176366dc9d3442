import { Global, Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { contextNames, type Config } from '#platform/config';
import { migrate, runningPostgres, startEmbeddedPostgres } from '#platform/database';
import { BACKSTAGE } from '#platform/leadership';
import { ShopModule } from './shop.module';
import { withDatabase } from './postgres';

@Global()
@Module({ providers: [{ provide: BACKSTAGE, useValue: true }], exports: [BACKSTAGE] })
class BackstageModule {}

export interface Backstage {
  readonly app: INestApplicationContext;
  readonly config: Config;
  close(): Promise<void>;
}

/**
 * The shop without its doors, for an operator: no HTTP, no messages handled, no jobs. It connects to the database that
 * is configured, to the embedded one of a shop that is open, or opens that one itself and closes it again.
 */
export async function backstage(modules: readonly Type[], told: Config): Promise<Backstage> {
  const { config, stop } = await reachDatabase(told);
  try {
    await migrate(config, { contexts: contextNames });
    const app = await NestFactory.createApplicationContext(staged(config, modules), {
      abortOnError: false,
      logger: ['error'],
    });
    return {
      app,
      config,
      close: async () => {
        await app.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function staged(config: Config, modules: readonly Type[]): DynamicModule {
  return ShopModule.with(config, contextNames, [BackstageModule, ...modules], { jobs: false });
}

async function reachDatabase(config: Config): Promise<{ config: Config; stop: () => Promise<void> }> {
  const nothingToStop = () => Promise.resolve();
  if (config.databaseUrl) return { config, stop: nothingToStop };
  const running = runningPostgres(config.dataDir);
  if (running) return { config: withDatabase(config, running.url), stop: nothingToStop };
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  return { config: withDatabase(config, postgres.url), stop: () => postgres.stop() };
}
