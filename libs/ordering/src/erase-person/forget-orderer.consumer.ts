import { crashPoint } from '#crash-points';
import { PartErased, PersonErased } from '#contracts/identity';
import { EventStore } from '#platform/event-store';
import { Announcements, Hears } from '#platform/messaging';
import { keyHolder } from '../model/actors';
import type { PlacedOrder } from '../model/order';
import { OrderAccounts } from './order-accounts.store';

/**
 * Streams and read models hold sealed values, which are noise by now. The keys under which somebody ordered go: beside
 * them lie digests of what they sent.
 */
@Hears(PersonErased)
export class ForgetOrderer {
  static readonly handler = 'forget-orderer';

  constructor(
    private readonly store: EventStore,
    private readonly accounts: OrderAccounts,
    private readonly announcements: Announcements,
  ) {}

  async handle({ body: { erasureId, subject, kind } }: PersonErased): Promise<void> {
    if (kind === 'customer') await this.accounts.forgetKeys(keyHolder({ kind: 'user', userId: subject }));
    else await this.forgetGuest(subject);
    crashPoint('erasure.ordering');
    await this.announcements.publish(new PartErased({ erasureId, subject, context: 'ordering' }));
  }

  private async forgetGuest(orderId: string): Promise<void> {
    const [first] = await this.store.read(orderId, 1, 1);
    const cartTokenHash = (first?.data as PlacedOrder | undefined)?.guestTokenHash;
    if (cartTokenHash) await this.accounts.forgetKeys(keyHolder({ kind: 'guest', cartTokenHash }), orderId);
  }
}
