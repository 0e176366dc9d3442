import { EventBus } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import { ContextErased, PersonErased } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Payments } from '../model/payments.store';

/** Deletes the card tokens of a person. The amounts that were taken and given back stay. */
@InboxEventsHandler([PersonErased], { name: 'forget-payer' })
export class ForgetPayer {
  constructor(
    private readonly payments: Payments,
    private readonly eventBus: EventBus,
  ) {}

  async handle({ body: { erasureId, subject } }: PersonErased): Promise<void> {
    await this.payments.forgetTokens(subject);
    crashPoint('erasure.payments');
    this.eventBus.publish(new ContextErased({ erasureId, subject, context: 'payments' }));
  }
}
