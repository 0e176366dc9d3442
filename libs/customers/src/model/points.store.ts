import { Injectable } from '@nestjs/common';
import { derivedId, type Uuid } from '#kernel';
import { Database, statement } from '#database';
import type { PointsOfOrder } from './points';

export interface PointsEntry {
  readonly id: Uuid;
  readonly points: number;
  readonly reason: 'order-confirmed' | 'order-completed' | 'order-cancelled' | 'order-refunded';
  readonly order_id: Uuid;
  readonly at: Date;
}

// Messages come in any order. The first message creates the row, even if the order has earned no points yet.
const lockPointsOfOrder = statement(
  'points_of_order_hold',
  `insert into points_of_orders as o (order_id, customer_id, total, earned) values ($1, $2, $3, 0)
   on conflict (order_id) do update set total = o.total
   returning customer_id as "customerId", paid, refunded, earned, taken_back as "takenBack"`,
);

// The balance is never negative, even if more points are taken back than the customer has.
const saveChange = statement(
  'points_keep',
  `with order_row as (
     update points_of_orders set paid = $2::bigint, refunded = $3::bigint, earned = $4::bigint, taken_back = $5::bigint
      where order_id = $1 returning customer_id),
   entry as (
     insert into points_entries (id, customer_id, order_id, points, reason)
     select $7, customer_id, $1, $6::bigint, $8 from order_row where $6::bigint <> 0)
   insert into points_balances as b (customer_id, balance, earned)
   select customer_id, greatest(0, $6::bigint), greatest(0, $6::bigint) from order_row
   on conflict (customer_id) do update
     set balance = greatest(0, b.balance + $6::bigint), earned = greatest(0, b.earned + $6::bigint)
   returning balance`,
);

const findBalance = statement('points_balance', `select balance, earned from points_balances where customer_id = $1`);
const listEntries = statement(
  'points_entries',
  `select id, points, reason, order_id, at from points_entries
    where customer_id = $1 and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
    order by at desc, id desc limit $4`,
);

/** The points: an append-only ledger, and one row with the balance for each customer. */
@Injectable()
export class Points {
  constructor(private readonly db: Database) {}

  /** The order's money and points so far, locked until the transaction ends. */
  async lockOrder(
    orderId: Uuid,
    customerId: Uuid,
    total: number,
  ): Promise<PointsOfOrder & { readonly customerId: Uuid }> {
    type Row = PointsOfOrder & { readonly customerId: Uuid };
    return (await this.db.query<Row>(lockPointsOfOrder, [orderId, customerId, total]))[0];
  }

  /** Returns the customer's balance after the change. */
  async saveChange(
    orderId: Uuid,
    order: PointsOfOrder,
    change: number,
    reason: PointsEntry['reason'],
  ): Promise<number> {
    const { paid, refunded, earned, takenBack } = order;
    const id = derivedId(orderId, 'points', reason, paid, refunded);
    const values = [orderId, paid, refunded, earned, takenBack, change, id, reason];
    return (await this.db.query<{ balance: number }>(saveChange, values))[0].balance;
  }

  async balance(customerId: Uuid): Promise<{ balance: number; earned: number }> {
    const rows = await this.db.query<{ balance: number; earned: number }>(findBalance, [customerId]);
    return rows[0] ?? { balance: 0, earned: 0 };
  }

  entries(customerId: Uuid, before: { at: string; id: Uuid } | undefined, limit: number): Promise<PointsEntry[]> {
    return this.db.query<PointsEntry>(listEntries, [customerId, before?.at ?? null, before?.id ?? null, limit]);
  }
}
