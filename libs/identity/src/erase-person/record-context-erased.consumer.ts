import { ContextErased } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Erasures } from './erasures.store';

/** Stores which contexts have deleted their data about a person. */
@InboxEventsHandler([ContextErased], {
  name: 'note-part-erased',
  senders: ['cart', 'customers', 'notifications', 'ordering', 'payments'],
})
export class RecordContextErased {
  constructor(private readonly erasures: Erasures) {}

  async handle({ body: { erasureId, context } }: ContextErased): Promise<void> {
    await this.erasures.markPartDone(erasureId, context);
  }
}
