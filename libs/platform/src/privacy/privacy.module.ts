import { Global, Module } from '@nestjs/common';
import { Config } from '#platform/config';
import { DatabaseModule, Databases } from '#database';
import { ErasedSubjects } from './erased-subjects';
import { KeyVault } from './key-vault';
import { MissingKeys } from './missing-keys';
import { keyEncryptionKey } from './sealing';
import { SubjectKeys } from './subject-keys.store';
import { Vault } from './vault';
import { PersonalDataKeyCheck } from './personal-data-key-check';

/** The `Vault`, for every context, and the list of erased people. */
@Global()
@Module({
  imports: [DatabaseModule],
  providers: [
    {
      provide: SubjectKeys,
      inject: [Databases, Config],
      useFactory: (databases: Databases, config: Config) =>
        new SubjectKeys(databases.of('privacy'), keyEncryptionKey(config.personalDataKey)),
    },
    { provide: Vault, inject: [SubjectKeys], useFactory: (keys: SubjectKeys) => new KeyVault(keys) },
    {
      provide: PersonalDataKeyCheck,
      inject: [SubjectKeys, Config],
      useFactory: (keys: SubjectKeys, config: Config) => new PersonalDataKeyCheck(keys, config),
    },
    MissingKeys,
    {
      provide: ErasedSubjects,
      inject: [Config],
      useFactory: ({ erasedSubjectsFile }: Config) => new ErasedSubjects(erasedSubjectsFile),
    },
  ],
  exports: [Vault, ErasedSubjects, MissingKeys],
})
export class PrivacyModule {}
