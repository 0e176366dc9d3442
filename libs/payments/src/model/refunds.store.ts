import { Injectable } from '@nestjs/common';
import { vnd, type Uuid } from '#kernel';
import { Database, statement } from '#database';
import { PaymentLines } from './payment-journal.store';
import type { Refund } from './refund';
import { RefundEntity } from './refund.entity';

/** The name of the call in the journal. */
const CALL = 'refund';

interface Row {
  id: Uuid;
  order_id: Uuid;
  amount: number;
  state: Refund['state'];
  reason: string | null;
  unanswered: number;
}

const refundFromRow = (row: Row): Refund => ({
  id: row.id,
  orderId: row.order_id,
  amount: vnd(row.amount),
  state: row.state,
  reason: row.reason,
  unanswered: row.unanswered,
});

const refundFromEntity = ({ id, orderId, amount, state, reason, unanswered }: RefundEntity): Refund => ({
  ...{ id, orderId, amount: vnd(amount) },
  ...{ state, reason, unanswered },
});

const write = statement(
  'refunds_write_marked',
  `with journal as (
     insert into payment_journal (order_id, at, call, heard, state, line, mac)
     select order_id, $8::timestamptz, $7::text, $6::jsonb, $2, $9::uuid, $10::bytea from refunds where id = $1),
   paid as (
     update payments p set refunded = p.refunded + r.amount, updated_at = now()
       from refunds r where r.id = $1 and p.order_id = r.order_id and $2 = 'refunded' and r.state = 'open')
   update refunds set state = $2, reason = $3, unanswered = $4, claimed_until = null,
          next_at = case when $2 = 'open' then now() + $5::int * interval '1 millisecond' end
    where id = $1`,
);
const claim = statement(
  'refunds_claim',
  `update refunds r set claimed_until = now() + $2::int * interval '1 millisecond'
     from (select id from refunds where state = 'open' and next_at <= now() and (claimed_until is null or claimed_until < now())
            order by next_at limit $1 for update skip locked) due
    where r.id = due.id returning r.*`,
);

@Injectable()
export class Refunds {
  constructor(
    private readonly db: Database,
    private readonly lines: PaymentLines,
  ) {}

  /** False if the refund exists already. */
  async add(asked: { id: Uuid; orderId: Uuid; amount: number; reason: string }): Promise<boolean> {
    const query = this.db.entities.createQueryBuilder().insert().into(RefundEntity);
    const added = await query
      .values({ ...asked, state: 'open', nextAt: () => 'now()' })
      .orIgnore()
      .returning('id')
      .execute();
    return (added.raw as object[]).length > 0;
  }

  async lock(id: Uuid): Promise<Refund | undefined> {
    const lock = { mode: 'pessimistic_write' } as const;
    const found = await this.db.entities.findOne(RefundEntity, { where: { id }, lock });
    return found ? refundFromEntity(found) : undefined;
  }

  async write(changed: Refund, wait: number, heard: { readonly kind: string }): Promise<void> {
    const text = JSON.stringify(heard);
    await this.db.query(write, [
      ...[changed.id, changed.state, changed.reason, changed.unanswered, wait, text, CALL],
      ...this.lines.newLineFields(changed.orderId, CALL, text, changed.state),
    ]);
  }

  async claimDue(limit: number, claimMs: number): Promise<readonly Refund[]> {
    return (await this.db.query<Row>(claim, [limit, claimMs])).map(refundFromRow);
  }
}
