import type { OnModuleInit } from '@nestjs/common';
import type { Config } from '#platform/config';
import type { SubjectKeys } from './subject-keys.store';

export class WrongPersonalDataKey extends Error {
  constructor() {
    super('PERSONAL_DATA_KEY is not the one that the stored keys were wrapped with: set the one that was used before');
    this.name = 'WrongPersonalDataKey';
  }
}

/** With another secret no personal value can be read, so a production shop does not start. */
export class SecretCheck implements OnModuleInit {
  constructor(
    private readonly keys: SubjectKeys,
    private readonly config: Config,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.profile === 'production' && (await this.keys.areOfAnotherSecret()))
      throw new WrongPersonalDataKey();
  }
}
