import { Injectable, Logger } from '@nestjs/common';
import { ContactOf } from '#contracts/customers';
import { describeComplaint, InvalidInput } from '#platform/http';
import { Unanswered } from '#platform/questions';
import type { Caller, UserCaller } from '#platform/security';
import type { Account, OrderRequest } from './order-request';

/** Finds the name, telephone and e-mail of a signed-in customer who orders. */
@Injectable()
export class CallerAccounts {
  private readonly log = new Logger('Orders');

  constructor(private readonly contacts: ContactOf) {}

  /**
   * Returns undefined for guests. Throws InvalidInput for a delivery if the request and the profile have no telephone
   * number.
   */
  async find(caller: Caller, { contact, fulfilment }: OrderRequest): Promise<Account | undefined> {
    if (caller.kind === 'guest') return undefined;
    const registered = { name: caller.name ?? caller.email.split('@')[0], phone: null, email: caller.email };
    if (contact?.name && contact.phone) return registered;
    const needsPhone = fulfilment.type === 'delivery' && !contact?.phone;
    const account = { ...registered, ...(await this.readProfile(caller, needsPhone)) };
    if (needsPhone && !account.phone)
      throw new InvalidInput([{ field: 'contact.phone', message: describeComplaint({ code: 'required' }) }]);
    return account;
  }

  /**
   * If the profile cannot be read, the order is placed without it. But if the telephone number is needed, the error is
   * thrown.
   */
  private async readProfile({ userId }: UserCaller, isNeeded: boolean) {
    try {
      return await this.contacts.customer(userId);
    } catch (error) {
      if (isNeeded || !(error instanceof Unanswered)) throw error;
      this.log.warn('the profile could not be read, so the order is placed without it');
      return undefined;
    }
  }
}
