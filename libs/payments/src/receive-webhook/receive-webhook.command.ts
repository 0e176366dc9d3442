import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import { isUuid, NotFound } from '#kernel';
import { Database } from '#platform/database';
import type { WebhookEvent } from '../model/payment-provider';
import { Payments } from '../model/payments.store';
import { WebhooksHeard } from '../model/webhooks-heard.store';
import { ProviderCalls } from '../settle-payment/provider-calls.job';

export class ReceiveWebhook extends Command<void> {
  constructor(
    readonly provider: string,
    readonly event: WebhookEvent,
  ) {
    super();
  }
}

/** A webhook counts once, for a payment that is ours, with its provider and of its amount; any other changes nothing. */
@CommandHandler(ReceiveWebhook)
export class ReceiveWebhookHandler implements ICommandHandler<ReceiveWebhook> {
  constructor(
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly heard: WebhooksHeard,
    private readonly calls: ProviderCalls,
  ) {}

  async execute({ provider, event }: ReceiveWebhook): Promise<void> {
    crashPoint('webhook.received');
    await this.db.transaction(async () => {
      const payment = isUuid(event.key) ? await this.payments.lock(event.key) : undefined;
      if (!payment || payment.provider !== provider || payment.amount.amount !== event.amount.amount)
        throw new NotFound('payment');
      if (await this.heard.remember(provider, event.id)) await this.calls.heard(payment.id, 'webhook', event.heard);
      crashPoint('webhook.before-commit');
    });
    crashPoint('webhook.heard');
  }
}
