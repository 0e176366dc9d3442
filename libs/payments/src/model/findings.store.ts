import { EventBus } from '@nestjs/cqrs';
import { Injectable } from '@nestjs/common';
import { MoneyFound } from '#contracts/payments';
import { vnd, type Uuid } from '#kernel';
import { Database, statement } from '#database';
import { openStates, type Finding, type FindingKind, type FindingState } from './finding';
import { PaymentFindingEntity } from './payment-finding.entity';

interface Row {
  id: Uuid;
  kind: FindingKind;
  provider: string;
  charge_id: string | null;
  payment_key: string;
  order_id: Uuid | null;
  amount: number;
  currency: string;
  state: FindingState;
  reason: string | null;
  unanswered: number;
  found_at: Date;
  settled_at: Date | null;
  note: string | null;
  settled_by: Uuid | null;
}

const findingFromRow = (row: Row): Finding => ({
  ...{ id: row.id, kind: row.kind, provider: row.provider, chargeId: row.charge_id, paymentKey: row.payment_key },
  ...{ orderId: row.order_id, amount: { amount: row.amount, currency: row.currency } },
  ...{ state: row.state, reason: row.reason, unanswered: row.unanswered },
});

const insertFinding = statement(
  'findings_insert',
  `insert into payment_findings (kind, provider, charge_id, payment_key, payment_id, order_id, amount, currency, state, reason, next_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $1 = 'second-charge' then now() end)
   on conflict do nothing returning id`,
);
// Late money is given back when its payment is voided. So the state of a finding about late money is computed from the
// state of its payment.
const withState = `with found as (
     select f.*, case when f.kind <> 'late-money' or f.state = 'settled' then f.state
                      when p.state <> 'voided' then 'giving-back'
                      when p.refunded > 0 then 'given-back' else 'refused' end as stands
       from payment_findings f left join payments p on p.id = f.payment_id)
   select id, kind, provider, charge_id, payment_key, order_id, amount, currency, stands as state,
          coalesce(reason, case when kind = 'late-money' and stands = 'refused' then 'the void found no money to give back' end) as reason,
          unanswered, found_at, settled_at, note, settled_by
     from found`;
const listFindings = statement(
  'findings_list',
  `${withState}
    where ($1::text is null or stands = $1) and ($6::boolean is null or $6 = (stands = any ($7::text[]))) and ($2::uuid is null or order_id = $2)
      and ($3::timestamptz is null or (date_trunc('milliseconds', found_at), id) < ($3, $4::uuid))
    order by date_trunc('milliseconds', found_at) desc, id desc limit $5`,
);
const findFinding = statement('findings_find', `${withState} where id = $1`);
const claimFindings = statement(
  'findings_claim',
  `update payment_findings f set claimed_until = now() + $2::int * interval '1 millisecond'
     from (select id from payment_findings where next_at <= now() and (claimed_until is null or claimed_until < now())
            order by next_at limit $1 for update skip locked) due
    where f.id = due.id returning f.*`,
);
const updateFinding = statement(
  'findings_write',
  `update payment_findings set state = $2, reason = $3, unanswered = $4, claimed_until = null,
          next_at = case when $2 = 'giving-back' then now() + $5::int * interval '1 millisecond' end,
          settled_at = case when $2 = 'giving-back' then null else now() end
    where id = $1 and state = 'giving-back' returning id`,
);
const assignCharge = statement(
  'charges_own',
  `with fresh as (
     insert into payment_charges (provider, charge_id, payment_id) values ($1, $2, $3) on conflict do nothing returning payment_id)
   select payment_id as owner from fresh
   union all select payment_id from payment_charges where provider = $1 and charge_id = $2
   limit 1`,
);
const findChargeOwner = statement(
  'charges_owner',
  `select payment_id as owner from payment_charges where provider = $1 and charge_id = $2`,
);

export interface NewFinding {
  readonly kind: FindingKind;
  readonly provider: string;
  readonly chargeId: string | null;
  readonly paymentKey: string;
  /** The shop's payment that the finding is about, if there is one. */
  readonly payment?: { readonly id: Uuid; readonly orderId: Uuid } | undefined;
  readonly amount: Finding['amount'];
  readonly reason?: string;
}

/** The cursor of a page of findings. */
export interface FindingCursor {
  readonly foundAt: string;
  readonly id: Uuid;
}

export interface ListedFinding extends Finding {
  readonly foundAt: Date;
  readonly settledAt: Date | null;
  /** What the person who settled the finding found out. */
  readonly note: string | null;
  readonly settledBy: Uuid | null;
}

const listedFromRow = (row: Row): ListedFinding => ({
  ...findingFromRow(row),
  ...{ foundAt: row.found_at, settledAt: row.settled_at, note: row.note, settledBy: row.settled_by },
});

export interface FindingFilter {
  readonly state?: FindingState | undefined;
  readonly orderId?: Uuid | undefined;
  /** True: only findings that staff must deal with. False: only all other findings. */
  readonly open?: boolean | undefined;
}

/** The findings, and which payment each charge belongs to. */
@Injectable()
export class Findings {
  constructor(
    private readonly db: Database,
    private readonly eventBus: EventBus,
  ) {}

  /**
   * Stores the finding once. Publishes MoneyFound if the finding is new, belongs to a payment of the shop, and is in
   * VND.
   */
  async record({ kind, provider, chargeId, paymentKey, payment, amount, reason }: NewFinding): Promise<void> {
    const state = kind === 'second-charge' || kind === 'late-money' ? 'giving-back' : 'noted';
    const [fresh] = await this.db.query<{ id: Uuid }>(insertFinding, [
      ...[kind, provider, chargeId, paymentKey, payment?.id ?? null, payment?.orderId ?? null],
      ...[amount.amount, amount.currency, state, reason ?? null],
    ]);
    if (!fresh || !payment || amount.currency !== 'VND') return;
    const { orderId } = payment;
    this.eventBus.publish(
      new MoneyFound({ orderId, findingId: fresh.id, kind, provider, chargeId, amount: vnd(amount.amount) }),
    );
  }

  /** The payment that a charge is assigned to; undefined if the charge is not assigned. */
  async chargeOwner(provider: string, chargeId: string): Promise<Uuid | undefined> {
    return (await this.db.query<{ owner: Uuid }>(findChargeOwner, [provider, chargeId]))[0]?.owner;
  }

  /**
   * Assigns the charge to the payment if no payment has the charge yet. Returns the payment that has the charge now.
   */
  async assignCharge(provider: string, chargeId: string, paymentId: Uuid): Promise<Uuid | undefined> {
    return (await this.db.query<{ owner: Uuid }>(assignCharge, [provider, chargeId, paymentId]))[0]?.owner;
  }

  async claimDue(limit: number, claimMs: number): Promise<readonly Finding[]> {
    return (await this.db.query<Row>(claimFindings, [limit, claimMs])).map(findingFromRow);
  }

  /** False if the finding's state is no longer `giving-back`. */
  async update({ id, state, reason, unanswered }: Finding, wait: number): Promise<boolean> {
    return (await this.db.query(updateFinding, [id, state, reason, unanswered, wait])).length > 0;
  }

  /** Newest first. */
  async list(
    { state, orderId, open }: FindingFilter,
    limit: number,
    after?: FindingCursor,
  ): Promise<readonly ListedFinding[]> {
    const cursor = [after?.foundAt ?? null, after?.id ?? null];
    const values = [state ?? null, orderId ?? null, ...cursor, limit, open ?? null, openStates];
    return (await this.db.query<Row>(listFindings, values)).map(listedFromRow);
  }

  async find(id: Uuid): Promise<ListedFinding | undefined> {
    return (await this.db.query<Row>(findFinding, [id])).map(listedFromRow)[0];
  }

  async lock(id: Uuid): Promise<void> {
    const lock = { mode: 'pessimistic_write' } as const;
    await this.db.entities.findOne(PaymentFindingEntity, { where: { id }, lock });
  }

  async settle(id: Uuid, note: string, by: Uuid): Promise<void> {
    const settled = { state: 'settled', note, settledBy: by, settledAt: () => 'now()', nextAt: null } as const;
    await this.db.entities.update(PaymentFindingEntity, { id }, settled);
  }
}
