import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#database';
import { Address } from './address.entity';

export type AddressFields = Omit<Address, 'id' | 'customerId' | 'createdAt' | 'updatedAt'>;

@Injectable()
export class Addresses {
  constructor(private readonly db: Database) {}

  /** The customer's addresses, in the order in which they were added. */
  ofCustomer(customerId: Uuid): Promise<Address[]> {
    return this.db.entities.find(Address, { where: { customerId }, order: { createdAt: 'asc', id: 'asc' } });
  }

  count(customerId: Uuid): Promise<number> {
    return this.db.entities.countBy(Address, { customerId });
  }

  find(customerId: Uuid, id: Uuid): Promise<Address | null> {
    return this.db.entities.findOneBy(Address, { id, customerId });
  }

  /** Locks a customer's addresses until the transaction ends, so that exactly one address is the default. */
  async lock(customerId: Uuid): Promise<void> {
    await this.db.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`addresses:${customerId}`]);
  }

  async add(address: { id: Uuid; customerId: Uuid } & AddressFields): Promise<void> {
    if (address.isDefault) await this.clearDefault(address.customerId);
    await this.db.entities.insert(Address, address);
  }

  async change(customerId: Uuid, id: Uuid, changes: Partial<AddressFields>): Promise<void> {
    if (changes.isDefault) await this.clearDefault(customerId);
    if (Object.keys(changes).length > 0) await this.db.entities.update(Address, { id, customerId }, changes);
  }

  async forget(customerId: Uuid): Promise<void> {
    await this.db.entities.delete(Address, { customerId });
  }

  /** When the default is removed, the oldest remaining address becomes the default. */
  async remove(customerId: Uuid, id: Uuid): Promise<void> {
    await this.db.entities.delete(Address, { id, customerId });
    await this.db.query(
      `update addresses set is_default = true
        where id = (select id from addresses where customer_id = $1 order by created_at, id limit 1)
          and not exists (select from addresses where customer_id = $1 and is_default)`,
      [customerId],
    );
  }

  private async clearDefault(customerId: Uuid): Promise<void> {
    await this.db.query(`update addresses set is_default = false where customer_id = $1 and is_default`, [customerId]);
  }
}
