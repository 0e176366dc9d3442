import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#platform/database';
import { Customer } from './customer.entity';

export interface Changes {
  readonly name?: string;
  readonly phone?: string | null;
  readonly locale?: 'vi' | 'en';
}

@Injectable()
export class Customers {
  constructor(private readonly db: Database) {}

  find(id: Uuid): Promise<Customer | null> {
    return this.db.entities.findOneBy(Customer, { id });
  }

  /** Adds the customer unless it is there: the welcome may be heard after the first visit. */
  async welcome(customer: Omit<Customer, 'version' | 'phone'>): Promise<void> {
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
        where id = $1 and ($6::int is null or version = $6)
        returning id, name, email, phone, locale, version`,
      [id, name ?? null, phone !== undefined, phone ?? null, locale ?? null, version ?? null],
    );
    return row;
  }
}
