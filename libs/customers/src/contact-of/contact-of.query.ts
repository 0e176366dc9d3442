import { Injectable } from '@nestjs/common';
import { ContactOf, type CustomerContact } from '#contracts/customers';
import type { Uuid } from '#kernel';
import { Customers } from '../model/customers.store';

@Injectable()
export class StoredContactOf extends ContactOf {
  constructor(private readonly customers: Customers) {
    super();
  }

  async customer(id: Uuid): Promise<CustomerContact | undefined> {
    const known = await this.customers.known(id);
    return known ? { name: known.name, phone: known.phone } : undefined;
  }
}
