import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';

// Locks the account's row. A new order on this account waits for the lock, and then sees whether the account is closed.
const LOCK_ACCOUNT = statement(
  'account-hold',
  `insert into order_accounts as a (subject, orders) values ($1, 0)
   on conflict (subject) do update set orders = a.orders returning closed_at is not null as closed`,
);

const CLOSE_ACCOUNT = statement('account-close', 'update order_accounts set closed_at = coalesce(closed_at, now()) where subject = $1'); // prettier-ignore

const LOCK_STREAM = statement('stream-hold', 'select version from order_heads where order_id = $1 for update');

// Finds orders that are perhaps open. They were not completed or cancelled, or more refunds were requested than made,
// or one of their events was declared void. Not all of these orders are open, for example if a failed refund was
// requested again later and made. So the caller checks the stream of each order.
const FIND_MAYBE_OPEN = statement(
  'account-maybe-open',
  `select p.order_id as "orderId" from order_events p
   where p.event_type = 'OrderPlaced' and p.event_data->>'customerId' = $1::text
     and (select count(*) filter (where e.event_type in ('OrderCompleted', 'OrderCancelled')) = 0
            or count(*) filter (where e.event_type = 'RefundRequested')
               > count(*) filter (where e.event_type = 'OrderRefunded')
            or count(*) filter (where e.event_type = 'EventVoided') > 0
          from order_events e where e.order_id = p.order_id)
   order by p.order_id`,
);

const FORGET_KEYS = statement('keys-forget', 'delete from idempotency_keys where caller = $1');
const FORGET_KEYS_OF_ORDER = statement(
  'keys-forget-order',
  'delete from idempotency_keys where caller = $1 and order_id = $2',
);

/**
 * The accounts of people who order, and whether an account is closed. Each account has one row. The append of each new
 * order of the account locks this row.
 */
@Injectable()
export class OrderAccounts {
  constructor(private readonly db: Database) {}

  /** Prevents orders on the account until the transaction ends. Returns whether the account is closed already. */
  async lock(subject: Uuid): Promise<boolean> {
    return (await this.db.query<{ closed: boolean }>(LOCK_ACCOUNT, [subject]))[0].closed;
  }

  /** Prevents appends to one stream until the transaction ends. */
  async lockStream(orderId: Uuid): Promise<void> {
    await this.db.query(LOCK_STREAM, [orderId]);
  }

  async close(subject: Uuid): Promise<void> {
    await this.db.query(CLOSE_ACCOUNT, [subject]);
  }

  /** Finds the orders of a customer that are perhaps open. The stream of each order decides whether it is open. */
  async findMaybeOpen(customerId: Uuid): Promise<readonly Uuid[]> {
    return (await this.db.query<{ orderId: Uuid }>(FIND_MAYBE_OPEN, [customerId])).map(({ orderId }) => orderId);
  }

  /**
   * Deletes the idempotency keys of a caller, or only the keys of one order. The keys contain hashes of what the person
   * sent.
   */
  async forgetKeys(caller: string, orderId?: Uuid): Promise<void> {
    await (orderId ? this.db.query(FORGET_KEYS_OF_ORDER, [caller, orderId]) : this.db.query(FORGET_KEYS, [caller]));
  }
}
