import { EventBus } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import { ContextErased, PersonErased } from '#contracts/identity';
import { EventStore } from '#event-store';
import { InboxEventsHandler } from '#messaging';
import { keyOwnerOf } from '../model/actors';
import type { PlacedOrder } from '../model/placed-order';
import { OrderAccounts } from './order-accounts.store';

/**
 * Deletes the person's idempotency keys, because they contain hashes of what the person sent. Streams and read models
 * stay as they are: nobody can read their sealed values after the erasure.
 */
@InboxEventsHandler([PersonErased], { name: 'forget-orderer' })
export class ForgetOrderer {
  constructor(
    private readonly store: EventStore,
    private readonly accounts: OrderAccounts,
    private readonly eventBus: EventBus,
  ) {}

  async handle({ body: { erasureId, subject, kind } }: PersonErased): Promise<void> {
    if (kind === 'customer') await this.accounts.forgetKeys(keyOwnerOf({ kind: 'user', userId: subject }));
    else await this.forgetGuest(subject);
    crashPoint('erasure.ordering');
    this.eventBus.publish(new ContextErased({ erasureId, subject, context: 'ordering' }));
  }

  private async forgetGuest(orderId: string): Promise<void> {
    const [first] = await this.store.read(orderId, 1, 1);
    const guestHash = (first?.data as PlacedOrder | undefined)?.guestTokenHash;
    if (guestHash) await this.accounts.forgetKeys(keyOwnerOf({ kind: 'guest', cartToken: { guestHash } }), orderId);
  }
}
