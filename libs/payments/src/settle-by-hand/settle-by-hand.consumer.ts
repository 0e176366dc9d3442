import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { SettleByHand } from '#contracts/payments';
import type { Uuid } from '#kernel';
import { InboxCommandHandler } from '#messaging';
import { Findings } from '../model/findings.store';
import { describeFound, settleByHand } from '../model/payment';
import { Payments } from '../model/payments.store';
import { refundOutcomeMessage, settleRefundByHand } from '../model/refund';
import { Refunds } from '../model/refunds.store';

type Settlement = SettleByHand['body'];

/**
 * Ends a payment or a refund whose provider does not respond. What staff found out becomes a finding, so that others
 * can check the money later.
 */
@InboxCommandHandler(SettleByHand, { name: 'settle-by-hand', lane: 'payment', senders: ['ordering'] })
export class SettleWhenStaffAsk implements ICommandHandler<SettleByHand> {
  constructor(
    private readonly payments: Payments,
    private readonly refunds: Refunds,
    private readonly findings: Findings,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ body }: SettleByHand): Promise<void> {
    const { refundId } = body;
    return refundId === null ? this.settlePayment(body) : this.settleRefund(body, refundId);
  }

  private async settlePayment({ orderId, found, reason }: Settlement): Promise<void> {
    const payment = await this.payments.lockOfOrder(orderId);
    if (!payment) return; // there is nothing to settle: without a payment, VoidPayment gets its answer at once
    const { payment: changed, messages } = settleByHand(payment, found);
    if (changed !== payment) {
      await this.payments.write(changed, 'by-hand', { kind: found });
      await this.recordFinding(orderId, payment.amount.amount, describeFound(found, reason), payment.id);
    }
    this.eventBus.publishAll([...messages]);
  }

  private async settleRefund({ orderId, found, reason }: Settlement, refundId: Uuid): Promise<void> {
    const payment = await this.payments.lockOfOrder(orderId);
    const refund = await this.refunds.lock(refundId);
    if (!payment || !refund) return;
    const settled = settleRefundByHand(refund, found);
    if (settled !== refund) {
      await this.refunds.write(settled, 0, { kind: `by-hand: ${found}` });
      await this.recordFinding(orderId, refund.amount.amount, describeFound(found, reason), refundId);
    }
    const message = refundOutcomeMessage(settled);
    if (message) this.eventBus.publish(message);
  }

  private async recordFinding(orderId: Uuid, amount: number, reason: string, paymentKey: Uuid): Promise<void> {
    const payment = await this.payments.ofOrder(orderId);
    await this.findings.record({
      ...{ kind: 'settled-by-hand', provider: payment!.provider, chargeId: payment!.chargeId, paymentKey, payment },
      ...{ amount: { amount, currency: 'VND' }, reason },
    });
  }
}
