import { PartErased } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Erasures } from './erasures.store';

/** Stores which contexts have deleted their data about a person. */
@InboxEventsHandler([PartErased], {
  name: 'note-part-erased',
  senders: ['cart', 'customers', 'notifications', 'ordering', 'payments'],
})
export class NotePartErased {
  constructor(private readonly erasures: Erasures) {}

  async handle({ body: { erasureId, context } }: PartErased): Promise<void> {
    await this.erasures.markPartDone(erasureId, context);
  }
}
