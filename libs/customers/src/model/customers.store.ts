import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#database';
import { SubjectErased } from '#platform/privacy';
import { Customer } from './customer.entity';
import type { NewProfile, ProfileFields } from './profile';

@Injectable()
export class Customers {
  constructor(private readonly db: Database) {}

  /** Null if there is no profile yet. Throws SubjectErased if the person was erased. */
  async find(id: Uuid): Promise<Customer | null> {
    const customer = await this.db.entities.findOneBy(Customer, { id });
    if (customer?.erasedAt) throw new SubjectErased();
    return customer;
  }

  /** Null if there is no profile yet, or the person was erased. */
  async findUnlessErased(id: Uuid): Promise<Customer | null> {
    const customer = await this.db.entities.findOneBy(Customer, { id });
    return customer?.erasedAt ? null : customer;
  }

  async forget(id: Uuid): Promise<void> {
    await this.db.query(
      `insert into customers (id, name, email, locale, erased_at) values ($1, '', '', 'vi', now())
       on conflict (id) do update set name = '', email = '', phone = null, locale = 'vi',
         version = customers.version + 1, erased_at = coalesce(customers.erased_at, now()), updated_at = now()`,
      [id],
    );
  }

  /**
   * Stores the registered data. If the profile exists already, the fields that the customer changed stay the same. The
   * version increases only if a visible field changes.
   */
  async welcome(customer: Pick<Customer, 'id' | 'name' | 'email' | 'locale'>): Promise<void> {
    await this.db.query(
      `insert into customers as c (id, name, email, locale, welcomed) values ($1, $2, $3, $4, true)
       on conflict (id) do update set
         name = case when 'name' = any(c.changed) then c.name else excluded.name end,
         locale = case when 'locale' = any(c.changed) then c.locale else excluded.locale end,
         email = excluded.email,
         welcomed = true,
         version = c.version + case when c.email <> excluded.email
           or (c.name <> excluded.name and not 'name' = any(c.changed))
           or (c.locale <> excluded.locale and not 'locale' = any(c.changed)) then 1 else 0 end,
         updated_at = now()
       where not c.welcomed and c.erased_at is null`,
      [customer.id, customer.name, customer.email, customer.locale],
    );
  }

  /** Adds a customer before AccountRegistered has arrived. Does nothing if the customer exists. */
  async insertIfMissing({ id, name, email, locale, version }: NewProfile): Promise<void> {
    await this.db.query(
      `insert into customers (id, name, email, locale, version, welcomed) values ($1, $2, $3, $4, $5, false)
       on conflict (id) do nothing`,
      [id, name, email, locale, version],
    );
  }

  /** Returns the customer, locked until the transaction ends. Throws SubjectErased if the person was erased. */
  async lock(id: Uuid): Promise<Customer> {
    const customer = await this.db.entities.findOneOrFail(Customer, {
      where: { id },
      lock: { mode: 'pessimistic_write' },
    });
    if (customer.erasedAt) throw new SubjectErased();
    return customer;
  }

  async change({ id, changed, version }: Customer, changes: Partial<ProfileFields>): Promise<void> {
    const fields = [...new Set([...changed, ...Object.keys(changes)])];
    await this.db.entities.update(Customer, { id }, { ...changes, changed: fields, version: version + 1 });
  }
}
