import { Injectable } from '@nestjs/common';
import { DomainError, shopDay, vnd, type Money, type Uuid } from '#kernel';
import { Config } from '#platform/config';
import { Database, statement } from '#database';
import type { Caller } from '#platform/security';
import { Clock } from '#platform/system';
import { RefundLimit, RefundsNotAllowed } from '../model/order-errors';

// Refunds by one person wait for each other, so that two refunds cannot both use the remaining sum.
const LOCK = statement(
  'refund-allowances-lock',
  `select pg_advisory_xact_lock(hashtextextended('ordering.refund_allowances ' || $1::text, 0))`,
);
const SUM_GIVEN = statement(
  'refund-allowances-given',
  `select coalesce(sum(amount), 0)::bigint as given from refund_allowances where actor = $1 and day = $2`,
);
const INSERT_ALLOWANCE = statement(
  'refund-allowances-take',
  `insert into refund_allowances (refund_id, actor, day, amount) values ($1, $2, $3, $4)`,
);
const DELETE_ALLOWANCE = statement('refund-allowances-give-back', `delete from refund_allowances where refund_id = $1`);

interface WantedRefund {
  readonly refundId: Uuid;
  readonly amount: Money;
}

/** The allowances of staff with a daily limit: how much money each of them can still refund today. */
@Injectable()
export class RefundAllowances {
  constructor(
    private readonly db: Database,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  isLimited(caller: Caller): caller is Extract<Caller, { kind: 'user' }> {
    return caller.kind === 'user' && caller.role === 'barista';
  }

  /**
   * Subtracts the amount from today's allowance, and then calls `work`, which makes the refund. So after a crash the
   * allowance can be too small, but never too large. If the refund is refused, the amount is added again.
   */
  async runWithin<T>(caller: Caller, { refundId, amount }: WantedRefund, work: () => Promise<T>): Promise<T> {
    if (this.isLimited(caller)) await this.take(caller.userId, { refundId, amount });
    try {
      return await work();
    } catch (error) {
      // After any other error it is unknown whether the refund was made.
      if (error instanceof DomainError) await this.db.query(DELETE_ALLOWANCE, [refundId]);
      throw error;
    }
  }

  private async take(actor: Uuid, { refundId, amount }: WantedRefund): Promise<void> {
    const limit = this.config.refundDailyLimitBarista;
    if (limit === 0) throw new RefundsNotAllowed();
    const day = shopDay(this.clock.now());
    await this.db.transaction(async () => {
      await this.db.query(LOCK, [actor]);
      const [{ given }] = await this.db.query<{ given: number | string }>(SUM_GIVEN, [actor, day]);
      const left = Math.max(0, limit - Number(given));
      if (amount.amount > left) throw new RefundLimit(vnd(left), vnd(limit));
      await this.db.query(INSERT_ALLOWANCE, [refundId, actor, day, amount.amount]);
    });
  }
}
