import { Module } from '@nestjs/common';
import { contextDatabase } from '#database';
import { SandboxLedger } from './sandbox-ledger.store';
import { ListChargesController } from './list-charges.controller';
import { SandboxProvider } from './sandbox-provider.adapter';
import { SandboxWebhooks } from './sandbox-webhooks.job';

/**
 * The sandbox provider, with a schema and a role of its own. The shop uses the sandbox only through `SandboxProvider`.
 */
@Module({
  imports: [contextDatabase('sandbox')],
  controllers: [ListChargesController],
  providers: [SandboxLedger, SandboxProvider, SandboxWebhooks],
  exports: [SandboxProvider],
})
export class SandboxModule {}
