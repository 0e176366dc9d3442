import { Global, Module } from '@nestjs/common';
import { contextDatabase } from '#database';
import { VerifyingKeys } from '#platform/security';
import { JwksController } from './jwks.controller';
import { SigningKeyRows } from './signing-keys.store';
import { TokenKeys } from './token-keys.adapter';

/** Global, because every guard of the process checks tokens with these keys. */
@Global()
@Module({
  imports: [contextDatabase('identity')],
  controllers: [JwksController],
  providers: [SigningKeyRows, TokenKeys, { provide: VerifyingKeys, useExisting: TokenKeys }],
  exports: [TokenKeys, VerifyingKeys],
})
export class KeysModule {}
