import { Injectable } from '@nestjs/common';
import { derivedId, type Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import type { PointsOfOrder } from './points';

export interface PointsEntry {
  readonly id: Uuid;
  readonly points: number;
  readonly reason: 'order-confirmed' | 'order-cancelled' | 'order-refunded';
  readonly order_id: Uuid;
  readonly at: Date;
}

const earn = statement(
  'points_earn',
  `with fresh as (
     insert into points_of_orders (order_id, customer_id, total, earned) values ($1, $2, $3, $4)
     on conflict (order_id) do nothing returning 1),
   entry as (
     insert into points_entries (id, customer_id, order_id, points, reason)
     select $5, $2, $1, $4, 'order-confirmed' from fresh where $4::bigint > 0)
   insert into points_balances as b (customer_id, balance, earned) select $2, $4, $4 from fresh
   on conflict (customer_id) do update set balance = b.balance + excluded.balance, earned = b.earned + excluded.earned
   returning balance`,
);

const lock = statement(
  'points_of_order_lock',
  `select customer_id, total, earned, refunded, taken_back as "takenBack" from points_of_orders where order_id = $1 for update`,
);

// A customer may have spent points meanwhile; the balance stops at nothing.
const takeBack = statement(
  'points_take_back',
  `with order_row as (
     update points_of_orders set refunded = greatest(refunded, $3::bigint), taken_back = taken_back + $2::bigint where order_id = $1
     returning customer_id),
   entry as (
     insert into points_entries (id, customer_id, order_id, points, reason)
     select $4, customer_id, $1, -$2::bigint, $5 from order_row where $2::bigint > 0)
   update points_balances b set balance = greatest(0, b.balance - $2::bigint), earned = greatest(0, b.earned - $2::bigint)
     from order_row o where b.customer_id = o.customer_id returning b.balance`,
);

const balance = statement('points_balance', `select balance, earned from points_balances where customer_id = $1`);
const entries = statement(
  'points_entries',
  `select id, points, reason, order_id, at from points_entries
    where customer_id = $1 and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
    order by at desc, id desc limit $4`,
);

/** An append-only ledger beside a balance row. */
@Injectable()
export class Points {
  constructor(private readonly db: Database) {}

  /** The balance after it, or undefined where this order has earned its points already. */
  async earn(orderId: Uuid, customerId: Uuid, total: number, points: number): Promise<number | undefined> {
    const id = derivedId(orderId, 'points', 'earned');
    const rows = await this.db.query<{ balance: number }>(earn, [orderId, customerId, total, points, id]);
    return rows[0]?.balance;
  }

  async lockOrder(orderId: Uuid): Promise<(PointsOfOrder & { customer_id: Uuid }) | undefined> {
    return (await this.db.query<PointsOfOrder & { customer_id: Uuid }>(lock, [orderId]))[0];
  }

  async takeBack(
    orderId: Uuid,
    points: number,
    refundedInAll: number,
    reason: 'order-cancelled' | 'order-refunded',
  ): Promise<number> {
    const id = derivedId(orderId, 'points', reason, refundedInAll);
    const rows = await this.db.query<{ balance: number }>(takeBack, [orderId, points, refundedInAll, id, reason]);
    return rows[0]?.balance ?? 0;
  }

  async balance(customerId: Uuid): Promise<{ balance: number; earned: number }> {
    const rows = await this.db.query<{ balance: number; earned: number }>(balance, [customerId]);
    return rows[0] ?? { balance: 0, earned: 0 };
  }

  entries(customerId: Uuid, before: { at: string; id: Uuid } | undefined, limit: number): Promise<PointsEntry[]> {
    return this.db.query<PointsEntry>(entries, [customerId, before?.at ?? null, before?.id ?? null, limit]);
  }
}
