import { Injectable } from '@nestjs/common';
import { ContactOf, type CustomerContact } from '#contracts/customers';
import type { Uuid } from '#kernel';
import { Config } from '#platform/config';
import { RemoteContext } from '#platform/questions';

/** Asks another process for the profile. */
@Injectable()
export class ContactOverHttp extends ContactOf {
  private readonly customers: RemoteContext;

  constructor({ customersUrl, internalSecret }: Config) {
    super();
    if (!customersUrl) throw new Error('CUSTOMERS_URL is missing: it must be the URL of the process with the profiles');
    this.customers = new RemoteContext('customers', customersUrl, internalSecret);
  }

  async customer(customerId: Uuid): Promise<CustomerContact | undefined> {
    return (await this.customers.ask<CustomerContact | null>('contact-of', { customerId })) ?? undefined;
  }
}
