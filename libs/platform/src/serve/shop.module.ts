import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AuditModule } from '#platform/audit';
import { CacheModule } from '#platform/cache';
import { ConfigModule, type Config, type ContextName } from '#platform/config';
import { DatabaseModule } from '#database';
import { DeadLettersModule } from '#messaging/dead-letters';
import { HttpModule } from '#platform/http';
import { ELSEWHERE, LateContexts, MessagingModule } from '#messaging';
import { ObservabilityModule } from '#platform/observability';
import { PrivacyModule } from '#platform/privacy';
import { SecurityModule } from '#platform/security';
import { SystemModule } from '#platform/system';
import { databaseHealth } from './database-health';
import { MissingKeysSeeder } from './missing-keys.seeder';
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

@Global()
@Module({})
class LateContextsModule {
  static with(lateContexts: LateContexts): DynamicModule {
    return {
      module: LateContextsModule,
      providers: [{ provide: LateContexts, useValue: lateContexts }],
      exports: [LateContexts],
    };
  }
}

interface ShopModuleOptions {
  readonly jobs?: boolean;
  readonly elsewhere?: readonly ContextName[];
  readonly lateContexts?: LateContexts;
}

/** The modules that every process needs, and the modules of the contexts of this process. */
@Module({})
export class ShopModule {
  static with(
    config: Config,
    contexts: readonly ContextName[],
    modules: readonly (Type | DynamicModule)[],
    { jobs = true, elsewhere = [], lateContexts }: ShopModuleOptions = {},
  ) {
    return {
      module: ShopModule,
      imports: [
        ConfigModule.with(config),
        SystemModule,
        DatabaseModule,
        ...(elsewhere.length > 0 ? [ElsewhereModule.with(elsewhere)] : []),
        ...(lateContexts ? [LateContextsModule.with(lateContexts)] : []),
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
        MissingKeysSeeder,
        ...databaseHealth(config, contexts),
        ...redisHealth(config),
        ...publishedKeys(config, contexts),
        ...sessionsElsewhere(config, contexts),
      ],
    } satisfies DynamicModule;
  }
}
