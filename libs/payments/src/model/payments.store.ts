import { Injectable } from '@nestjs/common';
import { vnd, type Message, type Sealed, type Uuid } from '#kernel';
import { Database, statement } from '#database';
import { singleStatement, runSingleStatement, Outbox } from '#messaging';
import { NO_PROVIDER, type ProviderAnswer, type Payment, type PaymentState, type ProviderCall } from './payment';
import { PaymentLines } from './payment-journal.store';

interface Row {
  id: Uuid;
  order_id: Uuid;
  amount: number;
  method: 'card' | 'cash';
  provider: string;
  token: Sealed | null;
  state: PaymentState;
  next: ProviderCall | null;
  asked: boolean;
  charges: number;
  unanswered: number;
  charge_id: string | null;
  refunded: number;
  voided_for: Payment['voidedFor'];
  reason: string | null;
}

const paymentFromRow = (row: Row): Payment => ({
  id: row.id,
  orderId: row.order_id,
  amount: vnd(row.amount),
  method: row.method,
  provider: row.provider,
  token: row.token,
  state: row.state,
  next: row.next,
  wait: 0,
  asked: row.asked && row.provider !== NO_PROVIDER,
  charges: row.charges,
  unanswered: row.unanswered,
  chargeId: row.charge_id,
  refunded: vnd(row.refunded),
  voidedFor: row.voided_for,
  reason: row.reason,
});

const lock = statement('payments_lock', `select * from payments where order_id = $1 for update`);
const lockById = statement('payments_lock_by_id', `select * from payments where id = $1 for update`);

const insert = singleStatement(
  'payments_insert',
  `work as (
   insert into payments (id, order_id, amount, method, provider, token, state, next, next_at, claimed_until, charges, charge_id, refunded, voided_for, asked, reason)
   values ($1, $2, $3, $4, $5, $6, $7, $8::text, case when $8::text is null then null else now() end,
           now() + $9::int * interval '1 millisecond', $10, $11, $12, $13, $14, $15)
   on conflict (order_id) do nothing
   returning id)`,
  15,
);

const write = statement(
  'payments_write_marked',
  `with journal as (
     insert into payment_journal (order_id, at, call, heard, state, line, mac)
     select order_id, $14::timestamptz, $9, $10::jsonb, $2, $15::uuid, $16::bytea from payments where id = $1)
   update payments set state = $2, next = $3::text, next_at = case when $3::text is null then null else now() + $4::int * interval '1 millisecond' end,
          claimed_until = null, unanswered = $5, charge_id = $6, refunded = $7, voided_for = $8, reason = $11, charges = $12, asked = $13,
          updated_at = now()
    where id = $1`,
);

/**
 * Writes like `write`, but only if the payment has not changed since the decision, and no other payment has the charge.
 * If another payment has the charge, a finding must be stored too, which needs a transaction.
 */
const settle = singleStatement(
  'payments_settle_marked',
  `work as (
     update payments set state = $2, next = $3::text, next_at = case when $3::text is null then null else now() + $4::int * interval '1 millisecond' end,
            claimed_until = null, unanswered = $5, charge_id = $6, refunded = $7, voided_for = $8, reason = $11, charges = $12, asked = $13,
            updated_at = now()
      where id = $1 and state = $17 and next is not distinct from $18 and charges = $19 and unanswered = $20
        and charge_id is not distinct from $21 and refunded = $22 and voided_for is not distinct from $23
        and not exists (select from payment_charges c
                         where c.provider = payments.provider and c.charge_id = $6 and c.payment_id <> payments.id)
      returning id, order_id, provider, charge_id),
   journal as (
     insert into payment_journal (order_id, at, call, heard, state, line, mac)
     select order_id, $14::timestamptz, $9, $10::jsonb, $2, $15::uuid, $16::bytea from work),
   charge as (
     insert into payment_charges (provider, charge_id, payment_id)
     select provider, charge_id, id from work where charge_id is not null on conflict do nothing)`,
  23,
);

// If the process dies after this claim, the provider may know the charge. So `next` becomes `find` and `asked` becomes
// true before the call. If the provider is switched off, no call is sent, so `next` and `asked` keep their values.
const claim = statement(
  'payments_claim',
  `update payments p
      set claimed_until = now() + $2::int * interval '1 millisecond',
          asked = p.asked or (due.asked = 'charge' and p.provider = any($3)),
          next = case when due.asked = 'charge' and p.provider = any($3) then 'find' else p.next end
     from (select id, next as asked, asked as before from payments
            where next is not null and next_at <= now() and (claimed_until is null or claimed_until < now())
            order by next_at limit $1 for update skip locked) due
    where p.id = due.id
   returning p.*, due.asked as call, due.before`,
);

// An open payment keeps its token, because without a token it would be charged without a card. Nobody can read the
// token, because the key that sealed it was destroyed.
const forgetTokens = statement(
  'payments_forget_tokens',
  `update payments set token = null, updated_at = now() where token->>'subject' = $1 and token is not null and state <> 'open'`,
);

const byId = statement('payments_find', `select * from payments where id = $1`);
const makeFindDue = statement(
  'payments_ask_soon',
  `update payments set next_at = now() where id = $1 and state = 'open' and next = 'find' and next_at > now()`,
);
const ofOrder = statement('payments_of_order', `select * from payments where order_id = $1`);

/** A payment that this process has claimed. Until the claim ends, only this process makes the next call. */
export interface Claimed {
  readonly payment: Payment;
  readonly call: ProviderCall;
  /** Whether the provider may have known the payment before this call. */
  readonly askedBefore: boolean;
}

/** The payments, one for each order. Each change of a stored payment is written together with a journal line. */
@Injectable()
export class Payments {
  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
    private readonly lines: PaymentLines,
  ) {}

  /** Adds a new payment, claims it for `claimMs`, and sends the messages. False if the order has a payment already. */
  async add(fresh: Payment, claimMs: number, messages: readonly Message[]): Promise<boolean> {
    const values = [
      ...[fresh.id, fresh.orderId, fresh.amount.amount, fresh.method, fresh.provider],
      ...[fresh.token && JSON.stringify(fresh.token), fresh.state, fresh.next, claimMs],
      ...[fresh.charges, fresh.chargeId, fresh.refunded.amount, fresh.voidedFor, fresh.asked, fresh.reason],
    ];
    return (await runSingleStatement(this.outbox, insert, values, messages)).length > 0;
  }

  async lockOfOrder(orderId: Uuid): Promise<Payment | undefined> {
    return (await this.db.query<Row>(lock, [orderId])).map(paymentFromRow)[0];
  }

  async lock(id: Uuid): Promise<Payment | undefined> {
    return (await this.db.query<Row>(lockById, [id])).map(paymentFromRow)[0];
  }

  async find(id: Uuid): Promise<Payment | undefined> {
    return (await this.db.query<Row>(byId, [id])).map(paymentFromRow)[0];
  }

  async ofOrder(orderId: Uuid): Promise<Payment | undefined> {
    return (await this.db.query<Row>(ofOrder, [orderId])).map(paymentFromRow)[0];
  }

  /** Makes the next `find` of an open payment due now. */
  async makeFindDue(id: Uuid): Promise<void> {
    await this.db.query(makeFindDue, [id]);
  }

  async forgetTokens(subject: Uuid): Promise<void> {
    await this.db.query(forgetTokens, [subject]);
  }

  async write(changed: Payment, call: string, answer: ProviderAnswer | { readonly kind: string }): Promise<void> {
    await this.db.query(write, this.writeValues(changed, call, JSON.stringify(answer)));
  }

  /**
   * Writes the change and sends the messages, without a lock. False if the payment has changed since it was read, or
   * if another payment has its charge.
   */
  async settle(
    before: Payment,
    changed: Payment,
    call: string,
    answer: ProviderAnswer,
    messages: readonly Message[],
  ): Promise<boolean> {
    const values = [
      ...this.writeValues(changed, call, JSON.stringify(answer)),
      ...[before.state, before.next, before.charges, before.unanswered],
      ...[before.chargeId, before.refunded.amount, before.voidedFor],
    ];
    return (await runSingleStatement(this.outbox, settle, values, messages)).length > 0;
  }

  /** `providers`: the names of the providers that are switched on. */
  async claimDue(limit: number, claimMs: number, providers: readonly string[]): Promise<readonly Claimed[]> {
    const rows = await this.db.query<Row & { call: ProviderCall; before: boolean }>(claim, [limit, claimMs, providers]);
    return rows.map((row) => ({
      payment: paymentFromRow(row),
      call: row.call,
      askedBefore: row.before && row.provider !== NO_PROVIDER,
    }));
  }

  private writeValues(changed: Payment, call: string, answerJson: string): unknown[] {
    return [
      ...[changed.id, changed.state, changed.next, changed.wait, changed.unanswered, changed.chargeId],
      ...[changed.refunded.amount, changed.voidedFor, call, answerJson, changed.reason, changed.charges, changed.asked],
      ...this.lines.newLineFields(changed.orderId, call, answerJson, changed.state),
    ];
  }
}
