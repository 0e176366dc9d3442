import { Injectable } from '@nestjs/common';
import { ContactOf, type CustomerContact } from '#contracts/customers';
import type { Uuid } from '#kernel';
import { Config } from '#platform/config';
import { Provider } from '#platform/questions';

/** The profiles of another process. */
@Injectable()
export class ContactOverHttp extends ContactOf {
  private readonly customers: Provider;

  constructor({ customersUrl, internalSecret }: Config) {
    super();
    if (!customersUrl) throw new Error('CUSTOMERS_URL is missing: it says where profiles are asked for');
    this.customers = new Provider('customers', customersUrl, internalSecret);
  }

  async customer(customerId: Uuid): Promise<CustomerContact | undefined> {
    return (await this.customers.ask<CustomerContact | null>('contact-of', { customerId })) ?? undefined;
  }
}
