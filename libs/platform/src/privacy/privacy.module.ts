import { Global, Module } from '@nestjs/common';
import { Config } from '#platform/config';
import { DatabaseModule, Databases } from '#platform/database';
import { KeyVault } from './key-vault';
import { keyEncryptionKey } from './sealing';
import { SubjectKeys } from './subject-keys.store';
import { Vault } from './vault';

/** The `Vault`, for everyone. */
@Global()
@Module({
  imports: [DatabaseModule],
  providers: [
    {
      provide: Vault,
      inject: [Databases, Config],
      useFactory: (databases: Databases, config: Config) =>
        new KeyVault(new SubjectKeys(databases.of('privacy'), keyEncryptionKey(config.personalDataKey))),
    },
  ],
  exports: [Vault],
})
export class PrivacyModule {}
