import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import { isUuid, NotFound } from '#kernel';
import { Database } from '#platform/database';
import { faultOf, type FindingKind } from '../model/finding';
import { Findings } from '../model/findings.store';
import type { Payment } from '../model/payment';
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

/**
 * A webhook counts once, for a payment of ours that it fits in everything: provider, order, amount, currency and charge. Money
 * that fits no payment is noted for staff and not touched. A second charge of one payment is noted and given back.
 */
@CommandHandler(ReceiveWebhook)
export class ReceiveWebhookHandler implements ICommandHandler<ReceiveWebhook> {
  constructor(
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly heard: WebhooksHeard,
    private readonly findings: Findings,
    private readonly calls: ProviderCalls,
  ) {}

  async execute({ provider, event }: ReceiveWebhook): Promise<void> {
    crashPoint('webhook.received');
    const orderInTheirBooks = await this.calls.orderOf(provider, event.chargeId);
    const believed = await this.db.transaction(async () => {
      const payment = isUuid(event.key) ? await this.payments.lock(event.key) : undefined;
      const paymentId = await this.findings.ownerOf(provider, event.chargeId);
      const fault = faultOf({ ...event, provider }, payment, { paymentId, orderId: orderInTheirBooks });
      if (!payment || (fault && fault !== 'second-charge')) {
        await this.note(provider, event, fault ?? 'unknown-payment', payment);
        return false;
      }
      // Two webhooks may name one charge at the same moment: only one payment can have it.
      if ((await this.findings.own(provider, event.chargeId, payment.id)) !== payment.id) {
        await this.note(provider, event, 'charge-of-another', payment);
        return false;
      }
      const fresh = await this.heard.remember(provider, event.id);
      if (fault) await this.note(provider, event, fault, payment);
      else if (fresh) await this.calls.heard(payment.id, 'webhook', event.heard);
      crashPoint('webhook.before-commit');
      return true;
    });
    crashPoint('webhook.heard');
    if (!believed) throw new NotFound('payment');
  }

  private note(provider: string, event: WebhookEvent, kind: FindingKind, payment: Payment | undefined): Promise<void> {
    const { chargeId, key: paymentKey, amount } = event;
    const ours = kind === 'unknown-payment' ? undefined : payment;
    return this.findings.note({ kind, provider, chargeId, paymentKey, payment: ours, amount });
  }
}
