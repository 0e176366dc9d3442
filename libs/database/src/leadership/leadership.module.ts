import { Global, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '#platform/config';
import { mainUrl } from '#database';
import { DatabaseTime } from '#platform/system';
import { WITHOUT_JOBS, LeadsProjectionsOnly } from './leads-projections-only';
import { Leadership } from './leadership';
import { PgLeadership } from './pg-leadership';

/** Opens the leadership connection at the start, and closes it last, after all jobs have released their leads. */
@Injectable()
class LeadershipLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(private readonly leadership: Leadership) {}

  async onModuleInit(): Promise<void> {
    await (this.leadership as PgLeadership | LeadsProjectionsOnly).start();
  }

  async onApplicationShutdown(): Promise<void> {
    await (this.leadership as PgLeadership | LeadsProjectionsOnly).stop();
  }
}

@Global()
@Module({
  providers: [
    {
      provide: Leadership,
      inject: [Config, { token: WITHOUT_JOBS, optional: true }, { token: DatabaseTime, optional: true }],
      useFactory: (config: Config, withoutJobs?: true, time?: DatabaseTime) => {
        const leadership = new PgLeadership(() => config.databaseUrlLeadership ?? mainUrl(config), time);
        return withoutJobs ? new LeadsProjectionsOnly(leadership) : leadership;
      },
    },
    LeadershipLifecycle,
  ],
  exports: [Leadership],
})
export class LeadershipModule {}
