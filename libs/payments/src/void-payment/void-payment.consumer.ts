import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { PaymentVoided, VoidPayment } from '#contracts/payments';
import { derivedId, nothing, vnd } from '#kernel';
import { Database } from '#database';
import { InboxCommandHandler } from '#messaging';
import { voidPayment, createPayment } from '../model/payment';
import { Payments } from '../model/payments.store';
import { ProviderCalls } from '../settle-payment/provider-calls.job';

@InboxCommandHandler(VoidPayment, { name: 'void-payment', lane: 'payment', senders: ['ordering'] })
export class VoidWhenAsked implements ICommandHandler<VoidPayment> {
  constructor(
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly calls: ProviderCalls,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ body: { orderId } }: VoidPayment): Promise<void> {
    const payment = await this.payments.lockOfOrder(orderId);
    if (!payment) return this.storeVoidedPayment(orderId);
    const { payment: changed, messages } = voidPayment(payment);
    if (changed !== payment) await this.payments.write(changed, 'void', { kind: 'asked' });
    this.eventBus.publishAll([...messages]);
    if (changed.next === 'void') this.db.afterCommit(() => this.calls.startDueCalls());
  }

  /** VoidPayment came before TakePayment. A voided payment is stored, so that a later TakePayment takes no money. */
  private async storeVoidedPayment(orderId: string): Promise<void> {
    const { payment } = createPayment({
      id: derivedId(orderId, 'payment'),
      orderId,
      amount: vnd(0),
      method: 'cash',
      provider: 'none',
      token: null,
    });
    await this.payments.add({ ...payment, state: 'voided', voidedFor: 'request' }, 0, []);
    this.eventBus.publish(new PaymentVoided({ orderId, refunded: nothing }));
  }
}
