import { Injectable } from '@nestjs/common';
import { Database, statement } from '#platform/database';

const remember = statement(
  'webhooks_heard_insert',
  `insert into webhooks_heard (provider, event_id) values ($1, $2) on conflict do nothing returning event_id`,
);
const forget = statement(
  'webhooks_heard_prune',
  `delete from webhooks_heard where ctid = any(array(
     select ctid from webhooks_heard where heard_at < now() - interval '30 days' limit 1000))`,
);

/** Providers repeat themselves: an event counts once. */
@Injectable()
export class WebhooksHeard {
  constructor(private readonly db: Database) {}

  /** False where this event was heard before. */
  async remember(provider: string, eventId: string): Promise<boolean> {
    return (await this.db.query(remember, [provider, eventId])).length > 0;
  }

  async prune(): Promise<void> {
    await this.db.query(forget);
  }
}
