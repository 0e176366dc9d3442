import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import type { Content, Letter, Locale } from './letter';

interface Row {
  id: Uuid;
  order_id: Uuid;
  locale: Locale;
  recipient: Letter['recipient'];
  content: Content;
  sent_at: Date;
}

const letter = (row: Row): Letter => ({
  id: row.id,
  orderId: row.order_id,
  locale: row.locale,
  recipient: row.recipient,
  content: row.content,
});

const write = statement(
  'letters_write',
  `insert into letters (id, order_id, event, channel, locale, recipient, recipient_key, content, sent_at, next_at)
   values ($1, $2, $3, 'email', $4, $5, $6, $7, case when $8 then now() end, case when not $8 then now() end)
   on conflict (id) do nothing returning id`,
);
const claim = statement(
  'letters_claim',
  `update letters l set attempts = attempts + 1, next_at = now() + interval '30 seconds'
     from (select id from letters where sent_at is null and next_at <= now() order by next_at limit $1 for update skip locked) due
    where l.id = due.id returning l.*`,
);
const sent = statement(
  'letters_sent',
  `update letters set sent_at = now(), next_at = null, error = null where id = $1 and sent_at is null`,
);
const failed = statement(
  'letters_failed',
  `update letters set next_at = now() + least(2 ^ least(attempts, 12), 3600) * interval '1 second', error = $2 where id = $1`,
);
const list = statement(
  'letters_list',
  `select * from letters
    where sent_at is not null and ($1::text is null or recipient_key = $1)
      and ($2::timestamptz is null or (sent_at, id) < ($2, $3::uuid))
    order by sent_at desc, id desc limit $4`,
);

export interface SentLetter extends Letter {
  readonly sentAt: Date;
}

@Injectable()
export class Letters {
  constructor(private readonly db: Database) {}

  /** False where it was written before. A letter that is to be sent by somebody waits for them; else it is in the mailbox at once. */
  async write(letter: Letter, recipientKey: string, toBeSent: boolean): Promise<boolean> {
    const { id, orderId, locale, recipient, content } = letter;
    const rows = await this.db.query(write, [
      ...[
        id,
        orderId,
        content.event,
        locale,
        JSON.stringify(recipient),
        recipientKey,
        JSON.stringify(content),
        !toBeSent,
      ],
    ]);
    return rows.length > 0;
  }

  async claimDue(limit: number): Promise<Letter[]> {
    return (await this.db.query<Row>(claim, [limit])).map(letter);
  }

  async sent(id: Uuid): Promise<void> {
    await this.db.query(sent, [id]);
  }

  async failed(id: Uuid, error: string): Promise<void> {
    await this.db.query(failed, [id, error]);
  }

  /** The newest first. */
  async list(
    recipientKey: string | undefined,
    before: { at: string; id: Uuid } | undefined,
    limit: number,
  ): Promise<SentLetter[]> {
    const rows = await this.db.query<Row>(list, [recipientKey ?? null, before?.at ?? null, before?.id ?? null, limit]);
    return rows.map((row) => ({ ...letter(row), sentAt: row.sent_at }));
  }
}
