import type { OnModuleInit } from '@nestjs/common';
import type { Config } from '#platform/config';
import type { SubjectKeys } from './subject-keys.store';

export class WrongPersonalDataKey extends Error {
  constructor() {
    super('PERSONAL_DATA_KEY does not unwrap the keys in the database: set the value that was used before');
    this.name = 'WrongPersonalDataKey';
  }
}

/** With a wrong PERSONAL_DATA_KEY no personal value can be read, so a production shop does not start. */
export class PersonalDataKeyCheck implements OnModuleInit {
  constructor(
    private readonly keys: SubjectKeys,
    private readonly config: Config,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.profile === 'production' && (await this.keys.needAnotherSecret())) throw new WrongPersonalDataKey();
  }
}
