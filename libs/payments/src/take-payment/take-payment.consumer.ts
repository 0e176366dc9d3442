import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TakePayment } from '#contracts/payments';
import { derivedId } from '#kernel';
import { Database } from '#platform/database';
import { Announcements } from '#platform/messaging';
import { intend, outcome } from '../model/payment';
import { Payments } from '../model/payments.store';
import { ProviderCalls } from '../settle-payment/provider-calls.job';
import { Providers } from '../settle-payment/providers';

/** Writes the intent first; the provider is called after the commit, outside any transaction. */
@CommandHandler(TakePayment)
export class TakeWhenAsked implements ICommandHandler<TakePayment> {
  static readonly handler = 'take-payment';
  static readonly lane = 'payment';

  constructor(
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly providers: Providers,
    private readonly calls: ProviderCalls,
    private readonly announcements: Announcements,
  ) {}

  async execute({ body }: TakePayment): Promise<void> {
    const { orderId, amount, method, token } = body;
    const provider = method === 'cash' ? 'cash' : this.providers.forCards;
    const { payment, messages } = intend({
      id: derivedId(orderId, 'payment'),
      orderId,
      amount,
      method,
      provider,
      token,
    });
    const open = payment.next === 'charge';
    // Claimed from the start, so that no second worker charges too; the next word is "find" should we die in between.
    const claimed = open ? { ...payment, next: 'find' as const } : payment;
    if (await this.payments.add(claimed, this.calls.claimMs, messages)) {
      if (open) this.db.afterCommit(() => this.calls.start({ payment: claimed, call: 'charge', askedBefore: false }));
      return;
    }
    const known = await this.payments.ofOrder(orderId);
    const told = known && outcome(known);
    if (told) await this.announcements.publish(told); // asked twice: the answer is the same
  }
}
