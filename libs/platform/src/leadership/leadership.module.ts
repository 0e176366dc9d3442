import { Global, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '#platform/config';
import { databaseUrl } from '#platform/database';
import { BACKSTAGE, BackstageLeadership } from './backstage-leadership';
import { Leadership } from './leadership';
import { PgLeadership } from './pg-leadership';

/** Keeps the leadership connection from start to the very end, when those who lead have stood down. */
@Injectable()
class LeadershipLife implements OnModuleInit, OnApplicationShutdown {
  constructor(private readonly leadership: Leadership) {}

  async onModuleInit(): Promise<void> {
    await (this.leadership as PgLeadership | BackstageLeadership).start();
  }

  async onApplicationShutdown(): Promise<void> {
    await (this.leadership as PgLeadership | BackstageLeadership).stop();
  }
}

@Global()
@Module({
  providers: [
    {
      provide: Leadership,
      inject: [Config, { token: BACKSTAGE, optional: true }],
      useFactory: (config: Config, backstage: true | undefined) => {
        const leadership = new PgLeadership(() => config.databaseUrl ?? databaseUrl(config, 'ordering'));
        return backstage ? new BackstageLeadership(leadership) : leadership;
      },
    },
    LeadershipLife,
  ],
  exports: [Leadership],
})
export class LeadershipModule {}
