import { Global, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '#platform/config';
import { databaseUrl } from '#platform/database';
import { Leadership } from './leadership';
import { PgLeadership } from './pg-leadership';

/** Keeps the leadership connection from start to the very end, when those who lead have stood down. */
@Injectable()
class LeadershipLife implements OnModuleInit, OnApplicationShutdown {
  constructor(private readonly leadership: Leadership) {}

  async onModuleInit(): Promise<void> {
    await (this.leadership as PgLeadership).start();
  }

  async onApplicationShutdown(): Promise<void> {
    await (this.leadership as PgLeadership).stop();
  }
}

@Global()
@Module({
  providers: [
    {
      provide: Leadership,
      inject: [Config],
      useFactory: (config: Config) => new PgLeadership(() => config.databaseUrl ?? databaseUrl(config, 'ordering')),
    },
    LeadershipLife,
  ],
  exports: [Leadership],
})
export class LeadershipModule {}
