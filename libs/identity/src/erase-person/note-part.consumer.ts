import { PartErased } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Erasures } from './erasures.store';

/** Notes which contexts have erased their part. */
@InboxEventsHandler([PartErased], { name: 'note-part-erased' })
export class NotePartErased {
  constructor(private readonly erasures: Erasures) {}

  async handle({ body: { erasureId, context } }: PartErased): Promise<void> {
    await this.erasures.partDone(erasureId, context);
  }
}
