import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { PartErased, PersonErased } from '#contracts/identity';
import { Announcements, Hears } from '#platform/messaging';
import { Letters } from '../letters/letters.store';

/** Letters that were sent lose whom they were to; those that wait are dropped. */
@Hears(PersonErased)
export class ForgetRecipient {
  static readonly handler = 'forget-recipient';
  private readonly log = new Logger(ForgetRecipient.name);

  constructor(
    private readonly letters: Letters,
    private readonly announcements: Announcements,
  ) {}

  async handle({ body: { erasureId, subject } }: PersonErased): Promise<void> {
    const dropped = await this.letters.forget(subject);
    if (dropped > 0) this.log.log(`${dropped} letters were dropped: whom they were to was erased`);
    crashPoint('erasure.notifications');
    await this.announcements.publish(new PartErased({ erasureId, subject, context: 'notifications' }));
  }
}
