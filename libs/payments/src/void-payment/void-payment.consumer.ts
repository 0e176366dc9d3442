import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { PaymentVoided, VoidPayment } from '#contracts/payments';
import { derivedId, nothing, vnd } from '#kernel';
import { Database } from '#platform/database';
import { Announcements } from '#platform/messaging';
import { askToVoid, intend } from '../model/payment';
import { Payments } from '../model/payments.store';
import { ProviderCalls } from '../settle-payment/provider-calls.job';

@CommandHandler(VoidPayment)
export class VoidWhenAsked implements ICommandHandler<VoidPayment> {
  static readonly handler = 'void-payment';
  static readonly lane = 'payment';

  constructor(
    private readonly db: Database,
    private readonly payments: Payments,
    private readonly calls: ProviderCalls,
    private readonly announcements: Announcements,
  ) {}

  async execute({ body: { orderId } }: VoidPayment): Promise<void> {
    const payment = await this.payments.lockOfOrder(orderId);
    if (!payment) return this.leaveTombstone(orderId);
    const { payment: changed, messages } = askToVoid(payment);
    if (changed !== payment) await this.payments.write(changed, 'void', { kind: 'asked' });
    await this.announcements.publish(...messages);
    if (changed.next === 'void') this.db.afterCommit(() => this.calls.poke());
  }

  /** The wish to void overtook the wish to pay: whoever asks for the money later finds it voided. */
  private async leaveTombstone(orderId: string): Promise<void> {
    const { payment } = intend({
      id: derivedId(orderId, 'payment'),
      orderId,
      amount: vnd(0),
      method: 'cash',
      provider: 'none',
      token: null,
    });
    await this.payments.add({ ...payment, state: 'voided', voidedFor: 'request' }, 0, []);
    await this.announcements.publish(new PaymentVoided({ orderId, refunded: nothing }));
  }
}
