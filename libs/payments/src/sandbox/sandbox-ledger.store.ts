import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import type { Behaviour } from './sandbox-behaviour';

export type ChargeState = 'failed' | 'processing' | 'captured' | 'declined' | 'voided' | 'refunded';

export interface ChargeRow {
  readonly id: Uuid;
  readonly key: string;
  readonly order_id: Uuid;
  readonly amount: number;
  readonly token: string;
  readonly state: ChargeState;
  readonly attempts: number;
  readonly refunded: number;
  readonly at: Date;
}

export interface WebhookRow {
  readonly id: number;
  readonly event_id: Uuid;
  readonly body: object;
}

const byId = statement('sandbox_by_id', `select * from charges where id = $1`);
const byKey = statement('sandbox_by_key', `select * from charges where key = $1`);

// There is one row for each key. A repeated charge changes the row only if the charge failed before.
const insertCharge = statement(
  'sandbox_enter',
  `insert into charges as c (key, order_id, amount, token, state, settle_at, tell)
   values ($1, $2, $3, $4, $5, now() + $6::int * interval '1 millisecond', $7)
   on conflict (key) do update
      set attempts = c.attempts + (c.state = 'failed')::int, state = case when c.state = 'failed' then excluded.state else c.state end
   returning *, (xmax = 0) as fresh`,
);
const captureFailed = statement(
  'sandbox_attempted',
  `update charges set state = 'captured', at = now() where key = $1 and state = 'failed' returning *`,
);

// Charges that are due are captured, and their webhooks are queued, in one statement.
const settle = statement(
  'sandbox_settle',
  `with settled as (
     update charges set state = 'captured', at = now() where state = 'processing' and settle_at <= now() returning *)
   insert into webhooks (body)
   select jsonb_build_object('type', 'charge.captured', 'key', key, 'chargeId', id, 'orderId', order_id,
                             'amount', jsonb_build_object('amount', amount, 'currency', 'VND'))
     from settled where tell`,
);

const voidCharge = statement(
  'sandbox_void',
  `insert into charges as c (key, order_id, amount, token, state) values ($1, $2, $3, 'void', 'voided')
   on conflict (key) do update
      set refunded = case when c.state in ('captured', 'refunded') then c.amount else 0 end,
          state = case when c.state in ('captured', 'refunded') then 'refunded' when c.state = 'declined' then 'declined' else 'voided' end
   returning refunded`,
);

const giveBack = statement(
  'sandbox_refund',
  `with known as (select 1 from refunds where key = $1),
   taken as (
     update charges set refunded = refunded + $3::bigint,
            state = case when refunded + $3::bigint = amount then 'refunded' else state end
      where key = $2 and state = 'captured' and refunded + $3::bigint <= amount and not exists (select from known)
      returning key),
   noted as (insert into refunds (key, charge_key, amount) select $1, key, $3::bigint from taken returning 1)
   select exists (select from known) or exists (select from noted) as given`,
);

const selectChargesWithMoney = `select * from charges where state in ('captured', 'refunded')`;
const claimWebhooks = statement(
  'sandbox_webhooks_claim',
  `update webhooks w set attempts = attempts + 1, due_at = now() + least(500 * 2 ^ attempts, 60000) * interval '1 millisecond'
     from (select id from webhooks where delivered_at is null and due_at <= now() order by id limit 20 for update skip locked) due
    where w.id = due.id returning w.id, w.event_id, w.body`,
);
const setDelivered = statement('sandbox_webhooks_delivered', `update webhooks set delivered_at = now() where id = $1`);

/** The sandbox provider's books. They have their own schema, which no context of the shop can read. */
@Injectable()
export class SandboxLedger {
  constructor(private readonly db: Database) {}

  async find(key: string): Promise<ChargeRow | undefined> {
    await this.settle();
    return (await this.db.query<ChargeRow>(byKey, [key]))[0];
  }

  /** The row of the charge, new or existing. */
  async insertOrFind(
    charge: { key: string; orderId: Uuid; amount: number; token: string },
    behaviour: Behaviour,
  ): Promise<ChargeRow & { fresh: boolean }> {
    const rows = await this.db.query<ChargeRow & { fresh: boolean }>(insertCharge, [
      ...[
        charge.key,
        charge.orderId,
        charge.amount,
        charge.token,
        behaviour.books,
        behaviour.settlesInMs,
        behaviour.sendsWebhook,
      ],
    ]);
    return rows[0];
  }

  async captureFailed(key: string): Promise<ChargeRow | undefined> {
    return (await this.db.query<ChargeRow>(captureFailed, [key]))[0];
  }

  async settle(): Promise<void> {
    await this.db.query(settle);
  }

  /** Returns the amount that was given back. From now on, no charge with this key takes money. */
  async void(key: string, orderId: Uuid, amount: number): Promise<number> {
    await this.settle();
    return (await this.db.query<{ refunded: number }>(voidCharge, [key, orderId, amount]))[0].refunded;
  }

  async charge(id: Uuid): Promise<ChargeRow | undefined> {
    await this.settle();
    return (await this.db.query<ChargeRow>(byId, [id]))[0];
  }

  /** False if there is no captured charge, or less than this amount is left of the charge. */
  async refund(key: string, chargeKey: string, amount: number): Promise<boolean> {
    await this.settle();
    return (await this.db.query<{ given: boolean }>(giveBack, [key, chargeKey, amount]))[0].given;
  }

  /** Every charge that took money, refunded or not, newest first. */
  async charges(orderId: Uuid | undefined): Promise<readonly ChargeRow[]> {
    await this.settle();
    return orderId
      ? this.db.query<ChargeRow>(`${selectChargesWithMoney} and order_id = $1 order by at desc`, [orderId])
      : this.db.query<ChargeRow>(`${selectChargesWithMoney} order by at desc limit 1000`);
  }

  async claimWebhooks(): Promise<readonly WebhookRow[]> {
    return this.db.query<WebhookRow>(claimWebhooks);
  }

  async markDelivered(id: number): Promise<void> {
    await this.db.query(setDelivered, [id]);
  }
}
