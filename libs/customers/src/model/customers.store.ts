import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#platform/database';
import { SubjectErased } from '#platform/privacy';
import { Customer } from './customer.entity';

export interface Changes {
  readonly name?: string;
  readonly phone?: string | null;
  readonly locale?: 'vi' | 'en';
}

@Injectable()
export class Customers {
  constructor(private readonly db: Database) {}

  /** Null where there is none yet. Throws SubjectErased. */
  async find(id: Uuid): Promise<Customer | null> {
    const customer = await this.db.entities.findOneBy(Customer, { id });
    if (customer?.erasedAt) throw new SubjectErased();
    return customer;
  }

  async forget(id: Uuid): Promise<void> {
    await this.db.query(
      `insert into customers (id, name, email, locale, erased_at) values ($1, '', '', 'vi', now())
       on conflict (id) do update set name = '', email = '', phone = null, locale = 'vi',
         version = customers.version + 1, erased_at = coalesce(customers.erased_at, now()), updated_at = now()`,
      [id],
    );
  }

  /** Adds the customer unless it is there: the welcome may be heard after the first visit. */
  async welcome(customer: Omit<Customer, 'version' | 'phone' | 'erasedAt'>): Promise<void> {
    await this.db.query(
      `insert into customers (id, name, email, locale) values ($1, $2, $3, $4) on conflict (id) do nothing`,
      [customer.id, customer.name, customer.email, customer.locale],
    );
  }

  /** Undefined where the customer is not there, or has another version than was expected. */
  async change(id: Uuid, changes: Changes, version: number | undefined): Promise<Customer | undefined> {
    const { name, phone, locale } = changes;
    const [row] = await this.db.query<Customer>(
      `update customers
          set name = coalesce($2, name), phone = case when $3 then $4 else phone end, locale = coalesce($5, locale),
              version = version + 1, updated_at = now()
        where id = $1 and erased_at is null and ($6::int is null or version = $6)
        returning id, name, email, phone, locale, version`,
      [id, name ?? null, phone !== undefined, phone ?? null, locale ?? null, version ?? null],
    );
    return row;
  }
}
