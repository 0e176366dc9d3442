import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { contextNames, type Config, type ContextName } from '#platform/config';
import { shopAdapter } from '#platform/http';
import type { LateContexts } from '#messaging';
import { asNestLogger, shopLogger } from '#platform/observability';
import { configureApp } from './configure-app';
import { ShopModule } from './shop.module';

export interface ShopOptions {
  readonly contexts?: readonly ContextName[];
  /** Contexts that run in other processes. Messages are delivered to these contexts too. */
  readonly elsewhere?: readonly ContextName[];
  /** Contexts that can open later than the others, because their databases are perhaps not available at the start. */
  readonly lateContexts?: LateContexts;
  readonly logger?: LoggerService;
}

/** Builds and initialises the shop, but does not listen for requests yet. */
export async function createShop(
  modules: readonly (Type | DynamicModule)[],
  config: Config,
  { contexts = contextNames, elsewhere = [], lateContexts, logger }: ShopOptions = {},
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ShopModule.with(config, contexts, modules, { elsewhere, ...(lateContexts && { lateContexts }) }),
    shopAdapter(config.trustedProxies),
    { abortOnError: false, bodyParser: false, logger: logger ?? asNestLogger(shopLogger(config)) },
  );
  await configureApp(app, config);
  return app;
}
