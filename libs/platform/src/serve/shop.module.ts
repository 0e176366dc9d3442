import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AuditModule } from '#platform/audit';
import { CacheModule } from '#platform/cache';
import { ConfigModule, type Config, type ContextName } from '#platform/config';
import { DatabaseModule } from '#platform/database';
import { DeadLettersModule } from '#platform/dead-letters';
import { HttpModule } from '#platform/http';
import { ELSEWHERE, MessagingModule } from '#platform/messaging';
import { ObservabilityModule } from '#platform/observability';
import { PrivacyModule } from '#platform/privacy';
import { SecurityModule } from '#platform/security';
import { SystemModule } from '#platform/system';
import { DatabaseHealth, SERVED_CONTEXTS } from './database-health';
import { publishedKeys } from './published-keys';
import { redisHealth } from './redis-health';
import { sessionsElsewhere } from './sessions-elsewhere';

@Global()
@Module({})
class ElsewhereModule {
  static with(contexts: readonly ContextName[]): DynamicModule {
    return { module: ElsewhereModule, providers: [{ provide: ELSEWHERE, useValue: contexts }], exports: [ELSEWHERE] };
  }
}

interface ShopExtent {
  readonly jobs?: boolean;
  readonly elsewhere?: readonly ContextName[];
}

/** What every process of the shop has, and the contexts that live in this one. */
@Module({})
export class ShopModule {
  static with(
    config: Config,
    contexts: readonly ContextName[],
    modules: readonly (Type | DynamicModule)[],
    { jobs = true, elsewhere = [] }: ShopExtent = {},
  ) {
    return {
      module: ShopModule,
      imports: [
        ConfigModule.with(config),
        SystemModule,
        DatabaseModule,
        ...(elsewhere.length > 0 ? [ElsewhereModule.with(elsewhere)] : []),
        CacheModule,
        MessagingModule,
        PrivacyModule,
        ...(jobs ? [ScheduleModule.forRoot()] : []),
        ObservabilityModule,
        SecurityModule,
        HttpModule,
        AuditModule,
        DeadLettersModule,
        ...modules,
      ],
      providers: [
        { provide: SERVED_CONTEXTS, useValue: contexts },
        DatabaseHealth,
        ...redisHealth(config),
        ...publishedKeys(config, contexts),
        ...sessionsElsewhere(config, contexts),
      ],
    } satisfies DynamicModule;
  }
}
