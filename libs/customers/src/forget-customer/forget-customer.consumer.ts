import { crashPoint } from '#crash-points';
import { PartErased, PersonErased } from '#contracts/identity';
import { Announcements, Hears } from '#platform/messaging';
import { Addresses } from '../model/addresses.store';
import { Customers } from '../model/customers.store';

/** Profile and addresses go; the ledger of points stays, for it is figures about orders. */
@Hears(PersonErased)
export class ForgetCustomer {
  static readonly handler = 'forget-customer';
  static readonly lane = 'customer';

  constructor(
    private readonly customers: Customers,
    private readonly addresses: Addresses,
    private readonly announcements: Announcements,
  ) {}

  async handle({ body: { erasureId, subject, kind } }: PersonErased): Promise<void> {
    if (kind === 'customer') {
      await this.addresses.lock(subject);
      await this.customers.forget(subject);
      await this.addresses.forget(subject);
    }
    crashPoint('erasure.customers');
    await this.announcements.publish(new PartErased({ erasureId, subject, context: 'customers' }));
  }
}
