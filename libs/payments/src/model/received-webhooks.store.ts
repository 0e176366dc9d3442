import { Injectable } from '@nestjs/common';
import { Database, statement } from '#database';
import type { WebhookEvent } from './payment-provider';

const markHandled = statement(
  'webhooks_heard_insert',
  `insert into webhooks_heard as h (provider, event_id, payment_key) values ($1, $2, $3)
   on conflict (provider, event_id, payment_key) do update set event = null, next_at = null where h.next_at is not null
   returning event_id`,
);
const insertPending = statement(
  'webhooks_heard_keep',
  `insert into webhooks_heard (provider, event_id, payment_key, event, next_at)
   values ($1, $2, $3, $4::jsonb, now() + interval '1 second') on conflict do nothing`,
);
const removePending = statement(
  'webhooks_heard_forget',
  `delete from webhooks_heard where provider = $1 and event_id = $2 and payment_key = $3 and next_at is not null`,
);
const claim = statement(
  'webhooks_heard_claim',
  `update webhooks_heard h
      set unanswered = h.unanswered + 1, next_at = now() + least(1000 * 2 ^ least(h.unanswered, 10), 60000) * interval '1 millisecond'
     from (select provider, event_id, payment_key from webhooks_heard
            where next_at <= now() order by next_at limit $1 for update skip locked) due
    where h.provider = due.provider and h.event_id = due.event_id and h.payment_key = due.payment_key
   returning h.provider, h.event`,
);
const prune = statement(
  'webhooks_heard_prune',
  `delete from webhooks_heard where ctid = any(array(
     select ctid from webhooks_heard where heard_at < now() - interval '30 days' and next_at is null limit 1000))`,
);

/** A webhook that is stored, because the provider's books do not confirm it yet. */
export interface PendingWebhook {
  readonly provider: string;
  readonly event: WebhookEvent;
}

/** The webhooks that were received. Providers repeat webhooks, so each event counts once for each payment. */
@Injectable()
export class ReceivedWebhooks {
  constructor(private readonly db: Database) {}

  /** False if this event was already handled for this payment. */
  async markHandled(provider: string, { id, key }: WebhookEvent): Promise<boolean> {
    return (await this.db.query(markHandled, [provider, id, key])).length > 0;
  }

  /** Stores a webhook whose charge the provider does not confirm yet. The provider is asked again later. */
  async storePending(provider: string, event: WebhookEvent): Promise<void> {
    await this.db.query(insertPending, [provider, event.id, event.key, JSON.stringify(event)]);
  }

  /** Deletes a stored webhook, because it does not fit a payment. */
  async deletePending(provider: string, { id, key }: WebhookEvent): Promise<void> {
    await this.db.query(removePending, [provider, id, key]);
  }

  /**
   * Claims the webhooks that are due. A webhook is due again later, until `markHandled` or `deletePending` is called
   * for it.
   */
  async claimDue(limit: number): Promise<readonly PendingWebhook[]> {
    return this.db.query<PendingWebhook>(claim, [limit]);
  }

  async prune(): Promise<void> {
    await this.db.query(prune);
  }
}
