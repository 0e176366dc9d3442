import { PartErased } from '#contracts/identity';
import { Hears } from '#platform/messaging';
import { Erasures } from './erasures.store';

/** Ticks off who has forgotten. */
@Hears(PartErased)
export class NotePartErased {
  static readonly handler = 'note-part-erased';

  constructor(private readonly erasures: Erasures) {}

  async handle({ body: { erasureId, context } }: PartErased): Promise<void> {
    await this.erasures.partDone(erasureId, context);
  }
}
