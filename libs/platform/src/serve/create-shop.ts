import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { contextNames, type Config, type ContextName } from '#platform/config';
import { shopAdapter } from '#platform/http';
import { asNestLogger, shopLogger } from '#platform/observability';
import { furnish } from './furnish';
import { ShopModule } from './shop.module';

export interface ShopOptions {
  readonly contexts?: readonly ContextName[];
  /** Those that other processes keep open: messages are brought to them, too. */
  readonly elsewhere?: readonly ContextName[];
  readonly logger?: LoggerService;
}

/** Builds the shop, initialised, without listening. */
export async function createShop(
  modules: readonly (Type | DynamicModule)[],
  config: Config,
  { contexts = contextNames, elsewhere = [], logger }: ShopOptions = {},
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ShopModule.with(config, contexts, modules, { elsewhere }),
    shopAdapter(config.trustedProxies),
    { abortOnError: false, bodyParser: false, logger: logger ?? asNestLogger(shopLogger(config)) },
  );
  await furnish(app, config);
  return app;
}
