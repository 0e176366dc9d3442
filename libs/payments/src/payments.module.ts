import { Module } from '@nestjs/common';
import { ContextErased, PersonErased } from '#contracts/identity';
import * as payments from '#contracts/payments';
import { Config } from '#platform/config';
import { contextDatabase } from '#database';
import { addMessages } from '#platform/http';
import { contextJournal } from '#messaging/journals';
import { contextMessaging } from '#messaging';
import { ForgetPayer } from './forget-payer/forget-payer.consumer';
import { ListFindingsController } from './list-findings/list-findings.controller';
import { Findings } from './model/findings.store';
import { PaymentFindingEntity } from './model/payment-finding.entity';
import { RefundEntity } from './model/refund.entity';
import { paymentJournal, PaymentLines } from './model/payment-journal.store';
import { Payments } from './model/payments.store';
import { Refunds } from './model/refunds.store';
import { ReceivedWebhooks } from './model/received-webhooks.store';
import { paymentsTexts } from './payments-texts';
import { RetryPendingWebhooks } from './receive-webhook/retry-pending-webhooks.job';
import { ReceiveWebhookHandler } from './receive-webhook/receive-webhook.command';
import { ReceiveWebhookController } from './receive-webhook/receive-webhook.controller';
import { RefundWhenAsked } from './refund-payment/refund-payment.consumer';
import { SettleFindingHandler } from './settle-finding/settle-finding.command';
import { SettleWhenStaffAsk } from './settle-by-hand/settle-by-hand.consumer';
import { SandboxProvider } from './sandbox/sandbox-provider.adapter';
import { SandboxModule } from './sandbox/sandbox.module';
import { PaymentsByResult } from './settle-payment/payments-by-result';
import { CountedPayments } from './settle-payment/payments-by-result.adapter';
import { ProviderCalls } from './settle-payment/provider-calls.job';
import { Providers } from './settle-payment/providers';
import { TakeWhenAsked } from './take-payment/take-payment.consumer';
import { VoidWhenAsked } from './void-payment/void-payment.consumer';

addMessages(paymentsTexts);

/** Takes payments and gives money back. */
@Module({
  imports: [
    contextDatabase('payments', { entities: [PaymentFindingEntity, RefundEntity] }),
    contextMessaging('payments', [...Object.values(payments), PersonErased, ContextErased]),
    contextJournal('payments', paymentJournal),
    SandboxModule,
  ],
  controllers: [ReceiveWebhookController, ListFindingsController],
  providers: [
    ...[Payments, PaymentLines, Refunds, Findings, ReceivedWebhooks, ProviderCalls, RetryPendingWebhooks],
    ...[TakeWhenAsked, VoidWhenAsked, RefundWhenAsked, SettleWhenStaffAsk, ForgetPayer],
    ...[ReceiveWebhookHandler, SettleFindingHandler],
    { provide: PaymentsByResult, useClass: CountedPayments },
    {
      provide: Providers,
      inject: [Config, SandboxProvider],
      useFactory: (config: Config, sandbox: SandboxProvider) =>
        new Providers(config.paymentProviders.includes('sandbox') ? [sandbox] : []),
    },
  ],
})
export class PaymentsModule {}
