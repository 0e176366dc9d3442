import { EventBus } from '@nestjs/cqrs';
import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { ContextErased, PersonErased } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Letters } from '../letters/letters.store';

/** Removes the recipient from letters that were sent, and deletes letters that were not sent yet. */
@InboxEventsHandler([PersonErased], { name: 'forget-recipient' })
export class ForgetRecipient {
  private readonly log = new Logger(ForgetRecipient.name);

  constructor(
    private readonly letters: Letters,
    private readonly eventBus: EventBus,
  ) {}

  async handle({ body: { erasureId, subject } }: PersonErased): Promise<void> {
    const deleted = await this.letters.forget(subject);
    if (deleted > 0) this.log.log(`${deleted} letters were deleted: their recipient was erased`);
    crashPoint('erasure.notifications');
    this.eventBus.publish(new ContextErased({ erasureId, subject, context: 'notifications' }));
  }
}
