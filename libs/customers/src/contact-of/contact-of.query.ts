import { Injectable } from '@nestjs/common';
import { ContactOf, type CustomerContact } from '#contracts/customers';
import type { Uuid } from '#kernel';
import { LocalContext } from '#platform/questions';
import { Customers } from '../model/customers.store';

@Injectable()
export class StoredContactOf extends ContactOf {
  private readonly profiles = new LocalContext('customers');

  constructor(private readonly customers: Customers) {
    super();
  }

  async customer(id: Uuid): Promise<CustomerContact | undefined> {
    const known = await this.profiles.ask(() => this.customers.findUnlessErased(id));
    return known ? { name: known.name, phone: known.phone } : undefined;
  }
}
