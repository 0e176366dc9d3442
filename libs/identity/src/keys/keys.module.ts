import { Global, Module } from '@nestjs/common';
import { contextDatabase } from '#database';
import { configuredMacKey } from '#platform/macs';
import { VerifyingKeys } from '#platform/security';
import { JwksController } from './jwks.controller';
import { SigningKeysHealth, SigningKeysWatch } from './signing-keys.job';
import { SigningKeyRows } from './signing-keys.store';
import { TokenKeys } from './token-keys.adapter';

/** Global, because every guard of the process checks tokens with these keys. */
@Global()
@Module({
  imports: [contextDatabase('identity')],
  controllers: [JwksController],
  providers: [
    configuredMacKey,
    SigningKeyRows,
    TokenKeys,
    SigningKeysHealth,
    SigningKeysWatch,
    { provide: VerifyingKeys, useExisting: TokenKeys },
  ],
  exports: [TokenKeys, VerifyingKeys],
})
export class KeysModule {}
