import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import { isUuid, NotFound } from '#kernel';
import { Database } from '#database';
import { findingKindOf, type FindingKind } from '../model/finding';
import { Findings } from '../model/findings.store';
import type { ProviderAnswer, Payment } from '../model/payment';
import type { WebhookEvent } from '../model/payment-provider';
import { Payments } from '../model/payments.store';
import { ReceivedWebhooks } from '../model/received-webhooks.store';
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
 * A webhook alone proves nothing. Its charge counts only if the provider's books show the same charge for this payment.
 * Money that fits no payment becomes a finding, and the shop does nothing with the money. A second charge of one
 * payment becomes a finding and is given back. While the provider does not answer, the webhook is stored and checked
 * again later.
 */
@CommandHandler(ReceiveWebhook)
export class ReceiveWebhookHandler implements ICommandHandler<ReceiveWebhook> {
  constructor(
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly webhooks: ReceivedWebhooks,
    private readonly findings: Findings,
    private readonly calls: ProviderCalls,
  ) {}

  async execute({ provider, event }: ReceiveWebhook): Promise<void> {
    crashPoint('webhook.received');
    const charge = await this.calls.chargeOf(provider, event.chargeId);
    const fits = await this.db.transaction(async () => {
      const payment = isUuid(event.key) ? await this.payments.lock(event.key) : undefined;
      const paymentId = await this.findings.chargeOwner(provider, event.chargeId);
      const fault = findingKindOf({ ...event, provider }, payment, { paymentId, charge });
      if (!payment || (fault && fault !== 'second-charge'))
        return this.recordMisfit(provider, event, fault ?? 'unknown-payment', payment);
      if (!charge || isUndecided(charge.answer)) {
        await this.webhooks.storePending(provider, event);
        await this.askProviderSoon(payment);
        return true;
      }
      // Two webhooks for different payments can name the same charge at the same moment. Only one payment can have the
      // charge.
      if ((await this.findings.assignCharge(provider, event.chargeId, payment.id)) !== payment.id)
        return this.recordMisfit(provider, event, 'charge-of-another', payment);
      const fresh = await this.webhooks.markHandled(provider, event);
      if (!fault && fresh) await this.calls.storeAnswer(payment.id, 'webhook', charge.answer);
      if (fault && charge.answer.kind === 'captured') await this.recordFinding(provider, event, fault, payment);
      crashPoint('webhook.before-commit');
      return true;
    });
    crashPoint('webhook.heard');
    if (!fits) throw new NotFound('payment');
  }

  /**
   * Stores a finding for a webhook that does not fit, and asks the provider about the payment that the webhook names.
   */
  private async recordMisfit(
    provider: string,
    event: WebhookEvent,
    kind: FindingKind,
    payment?: Payment,
  ): Promise<false> {
    await this.recordFinding(provider, event, kind, payment);
    await this.webhooks.deletePending(provider, event);
    if (payment && kind !== 'unknown-payment') await this.askProviderSoon(payment);
    return false;
  }

  private async askProviderSoon({ id }: Payment): Promise<void> {
    await this.payments.makeFindDue(id);
    this.db.afterCommit(() => this.calls.startDueCalls());
  }

  private recordFinding(
    provider: string,
    event: WebhookEvent,
    kind: FindingKind,
    payment: Payment | undefined,
  ): Promise<void> {
    const { chargeId, key: paymentKey, amount } = event;
    const ours = kind === 'unknown-payment' ? undefined : payment;
    return this.findings.record({ kind, provider, chargeId, paymentKey, payment: ours, amount });
  }
}

/** Whether the provider's books have the charge, but not its result. */
const isUndecided = ({ kind }: ProviderAnswer): boolean => kind === 'accepted' || kind === 'not-found';
