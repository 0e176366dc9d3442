import { GoodsPacked } from '#contracts/inventory';
import { OrderConfirmed } from '#contracts/ordering';
import { Database } from '#database';
import { currentUnit, InboxEventsHandler } from '#messaging';

/** Stores every message that it receives, also a repeated message. */
@InboxEventsHandler([OrderConfirmed, GoodsPacked], { name: 'note-news' })
export class NoteNews {
  constructor(private readonly db: Database) {}

  async handle({ body: { orderId } }: OrderConfirmed | GoodsPacked): Promise<void> {
    const { id, type, meta } = currentUnit()!.envelope;
    await this.db.query('insert into news (message_id, type, order_id, sent_at) values ($1, $2, $3, $4)', [
      ...[id, type, orderId, meta.occurredAt],
    ]);
  }
}
