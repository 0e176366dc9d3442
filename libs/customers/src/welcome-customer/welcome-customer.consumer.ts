import { AccountRegistered } from '#contracts/identity';
import { Hears } from '#platform/messaging';
import { Vault } from '#platform/privacy';
import { Customers } from '../model/customers.store';

/** Whoever registers is a customer, under the same id. */
@Hears(AccountRegistered)
export class WelcomeWhenRegistered {
  static readonly handler = 'welcome-customer';
  static readonly lane = 'customer'; // heard before whoever it is was erased, not beside it

  constructor(
    private readonly customers: Customers,
    private readonly vault: Vault,
  ) {}

  async handle({ body }: AccountRegistered): Promise<void> {
    const { name, email } = await this.vault.openAll({ name: body.name, email: body.email });
    if (typeof name !== 'string' || typeof email !== 'string') return; // erased before they were ever welcomed
    await this.customers.welcome({ id: body.userId, name, email, locale: body.locale });
  }
}
