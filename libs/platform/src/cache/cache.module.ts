import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';

import { Config } from '#platform/config';

import { Cache } from './cache';
import { TwoLevelCache } from './two-level-cache';

@Injectable()
class ShopCache extends TwoLevelCache implements OnApplicationShutdown {
  constructor(config: Config) {
    super({ redisUrl: config.redisUrl });
  }

  onApplicationShutdown(): void {
    this.close();
  }
}

@Global()
@Module({ providers: [{ provide: Cache, useClass: ShopCache }], exports: [Cache] })
export class CacheModule {}
