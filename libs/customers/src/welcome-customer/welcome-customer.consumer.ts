import { AccountRegistered } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Vault } from '#platform/privacy';
import { Customers } from '../model/customers.store';

/** A person who registers becomes a customer, with the same id. */
@InboxEventsHandler([AccountRegistered], { name: 'welcome-customer', lane: 'customer' })
export class WelcomeWhenRegistered {
  constructor(
    private readonly customers: Customers,
    private readonly vault: Vault,
  ) {}

  async handle({ body }: AccountRegistered): Promise<void> {
    const { name, email } = await this.vault.openAll({ name: body.name, email: body.email });
    if (typeof name !== 'string' || typeof email !== 'string') return; // already erased, or the key is lost
    await this.customers.welcome({ id: body.userId, name, email, locale: body.locale });
  }
}
