import { Module } from '@nestjs/common';
import { contextDatabase } from '#platform/database';
import { Books } from './books.store';
import { ListChargesController } from './list-charges.controller';
import { SandboxProvider } from './sandbox-provider.adapter';
import { SandboxWebhooks } from './sandbox-webhooks.job';

/** The sandbox provider, with a schema and a role of its own: the shop reaches it through its adapter only. */
@Module({
  imports: [contextDatabase('sandbox')],
  controllers: [ListChargesController],
  providers: [Books, SandboxProvider, SandboxWebhooks],
  exports: [SandboxProvider],
})
export class SandboxModule {}
