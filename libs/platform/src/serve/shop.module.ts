import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { CacheModule } from '#platform/cache';
import { ConfigModule, type Config, type ContextName } from '#platform/config';
import { DatabaseModule } from '#platform/database';
import { HttpModule } from '#platform/http';
import { MessagingModule } from '#platform/messaging';
import { ObservabilityModule } from '#platform/observability';
import { PrivacyModule } from '#platform/privacy';
import { SecurityModule } from '#platform/security';
import { SystemModule } from '#platform/system';
import { DatabaseHealth, SERVED_CONTEXTS } from './database-health';
import { publishedKeys } from './published-keys';
import { redisHealth } from './redis-health';

/** What every process of the shop has, and the contexts that live in this one. */
@Module({})
export class ShopModule {
  static with(
    config: Config,
    contexts: readonly ContextName[],
    modules: readonly (Type | DynamicModule)[],
    { jobs = true }: { readonly jobs?: boolean } = {},
  ) {
    return {
      module: ShopModule,
      imports: [
        ConfigModule.with(config),
        SystemModule,
        DatabaseModule,
        CacheModule,
        MessagingModule,
        PrivacyModule,
        ...(jobs ? [ScheduleModule.forRoot()] : []),
        ObservabilityModule,
        SecurityModule,
        HttpModule,
        ...modules,
      ],
      providers: [
        { provide: SERVED_CONTEXTS, useValue: contexts },
        DatabaseHealth,
        ...redisHealth(config),
        ...publishedKeys(config, contexts),
      ],
    } satisfies DynamicModule;
  }
}
