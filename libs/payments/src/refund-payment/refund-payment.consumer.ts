import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { RefundPayment, RefundRefused } from '#contracts/payments';
import { Database } from '#database';
import { InboxCommandHandler, RetryLater } from '#messaging';
import { Payments } from '../model/payments.store';
import { applyRefundAnswer, refundOutcomeMessage } from '../model/refund';
import { Refunds } from '../model/refunds.store';
import { ProviderCalls } from '../settle-payment/provider-calls.job';

/**
 * Ordering asks only for refunds of payments that were taken. So if the payment is still open here, this database was
 * restored from a backup. Then the request waits until the provider has answered again about the payment. If the
 * payment is declined here, the provider's books decide, because the provider may have made this refund before the
 * restore.
 */
@InboxCommandHandler(RefundPayment, { name: 'refund-payment', lane: 'payment', senders: ['ordering'] })
export class RefundWhenAsked implements ICommandHandler<RefundPayment> {
  constructor(
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly refunds: Refunds,
    private readonly calls: ProviderCalls,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ body }: RefundPayment): Promise<void> {
    const { orderId, refundId, amount, reason } = body;
    const payment = await this.payments.lockOfOrder(orderId);
    if (payment?.state === 'open') throw new RetryLater(`the payment of order ${orderId} is still open`);
    const left = payment?.state === 'taken' ? payment.amount.amount - payment.refunded.amount : 0;
    const providerDecides = payment?.state === 'declined' && payment.asked;
    const fresh = await this.refunds.add({ id: refundId, orderId, amount: amount.amount, reason });
    const refund = (await this.refunds.lock(refundId))!;
    if (!fresh) {
      const message = refundOutcomeMessage(refund);
      if (message) return void this.eventBus.publish(message);
      await this.refunds.write(refund, 0, { kind: 'asked again' });
      return this.db.afterCommit(() => this.calls.startDueCalls());
    }
    if (amount.amount > left && !providerDecides) {
      const refused = applyRefundAnswer(refund, { kind: 'refused', reason: `only ${left} of the payment is left` });
      await this.refunds.write(refused.refund, 0, { kind: 'refused' });
      return void this.eventBus.publish(
        new RefundRefused({ orderId, refundId, amount, reason: refused.refund.reason! }),
      );
    }
    if (payment!.method === 'cash') {
      const given = applyRefundAnswer(refund, { kind: 'refunded' });
      await this.refunds.write(given.refund, 0, { kind: 'refunded' });
      return void this.eventBus.publishAll([...given.messages]);
    }
    this.db.afterCommit(() => this.calls.startDueCalls());
  }
}
