import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { TakePayment } from '#contracts/payments';
import { derivedId } from '#kernel';
import { Database } from '#database';
import { InboxCommandHandler } from '#messaging';
import { createPayment, outcomeMessage } from '../model/payment';
import { Payments } from '../model/payments.store';
import { ProviderCalls } from '../settle-payment/provider-calls.job';
import { Providers } from '../settle-payment/providers';

/** Stores the payment first. The provider is called after the commit, outside any transaction. */
@InboxCommandHandler(TakePayment, { name: 'take-payment', lane: 'payment', senders: ['ordering'] })
export class TakeWhenAsked implements ICommandHandler<TakePayment> {
  constructor(
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly providers: Providers,
    private readonly calls: ProviderCalls,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ body }: TakePayment): Promise<void> {
    const { orderId, amount, method, token } = body;
    const provider = method === 'cash' ? 'cash' : this.providers.cardProvider;
    const { payment, messages } = createPayment({
      id: derivedId(orderId, 'payment'),
      orderId,
      amount,
      method,
      provider,
      token,
    });
    const needsCharge = payment.next === 'charge';
    // The payment is claimed from the start, so that no second worker charges the card too. If this process dies, the
    // next worker asks the provider first (`find`).
    const claimed = needsCharge ? { ...payment, next: 'find' as const } : payment;
    if (await this.payments.add(claimed, this.calls.claimMs, messages)) {
      if (needsCharge)
        this.db.afterCommit(() => this.calls.start({ payment: claimed, call: 'charge', askedBefore: false }));
      return;
    }
    const known = await this.payments.ofOrder(orderId);
    const message = known && outcomeMessage(known);
    if (message) this.eventBus.publish(message); // a repeated request gets the same answer
  }
}
