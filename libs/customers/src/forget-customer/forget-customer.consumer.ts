import { EventBus } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import { ContextErased, PersonErased } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Addresses } from '../model/addresses.store';
import { Customers } from '../model/customers.store';

/** Deletes the profile and the addresses. The ledger of points stays, because it has only ids and numbers. */
@InboxEventsHandler([PersonErased], { name: 'forget-customer', lane: 'customer' })
export class ForgetCustomer {
  constructor(
    private readonly customers: Customers,
    private readonly addresses: Addresses,
    private readonly eventBus: EventBus,
  ) {}

  async handle({ body: { erasureId, subject, kind } }: PersonErased): Promise<void> {
    if (kind === 'customer') {
      await this.addresses.lock(subject);
      await this.customers.forget(subject);
      await this.addresses.forget(subject);
    }
    crashPoint('erasure.customers');
    this.eventBus.publish(new ContextErased({ erasureId, subject, context: 'customers' }));
  }
}
