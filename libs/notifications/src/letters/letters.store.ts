import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import type { Content, Letter, Locale } from './letter';
import { LetterEntity } from './letter.entity';

interface Row {
  id: Uuid;
  order_id: Uuid;
  locale: Locale;
  recipient: Letter['recipient'];
  content: Content;
  sent_at: Date;
}

const letterFromRow = (row: Row): Letter => ({
  id: row.id,
  orderId: row.order_id,
  locale: row.locale,
  recipient: row.recipient,
  content: row.content,
});

const insertLetter = statement(
  'letters_write',
  `insert into letters (id, order_id, event, channel, locale, recipient, recipient_key, content, sent_at, next_at)
   select $1::uuid, $2::uuid, $3::text, 'email', $4::text, $5::jsonb, $6::text, $7::jsonb,
     case when $8::boolean then now() end, case when not $8::boolean then now() end
   where not exists (select from forgotten where subject = ($5::jsonb->'email'->>'subject')::uuid)
   on conflict (id) do nothing returning id`,
);
const claimLetters = statement(
  'letters_claim',
  `update letters l set attempts = attempts + 1, next_at = now() + interval '30 seconds'
     from (select id from letters where sent_at is null and next_at <= now() order by next_at limit $1 for update skip locked) due
    where l.id = due.id returning l.*`,
);
const setFailed = statement(
  'letters_failed',
  `update letters set next_at = now() + least(2 ^ least(attempts, 12), 3600) * interval '1 second', error = $2 where id = $1`,
);
const forgetSubject = statement(
  'letters_forget',
  `with known as (insert into forgotten (subject) values ($1::text::uuid) on conflict do nothing),
   dropped as (
     delete from letters where recipient->'email'->>'subject' = $1::text and sent_at is null returning 1),
   kept as (
     update letters set recipient = '{"name":{"erased":true},"email":{"erased":true}}', recipient_key = '', error = null
      where recipient->'email'->>'subject' = $1::text and sent_at is not null)
   select count(*)::int as count from dropped`,
);
const listLetters = statement(
  'letters_list',
  `select * from letters
    where sent_at is not null and ($1::text[] is null or recipient_key = any($1))
      and ($2::timestamptz is null or (sent_at, id) < ($2, $3::uuid))
    order by sent_at desc, id desc limit $4`,
);

export interface SentLetter extends Letter {
  readonly sentAt: Date;
}

@Injectable()
export class Letters {
  constructor(private readonly db: Database) {}

  /**
   * Stores a letter. If `toBeSent` is true, a mail server must send the letter. Otherwise the letter is in the local
   * mailbox at once. Returns false if the letter was stored before, or its recipient was erased.
   */
  async write(letter: Letter, recipientKey: string, toBeSent: boolean): Promise<boolean> {
    const { id, orderId, locale, recipient, content } = letter;
    const rows = await this.db.query(insertLetter, [
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
    return (await this.db.query<Row>(claimLetters, [limit])).map(letterFromRow);
  }

  async markSent(id: Uuid): Promise<void> {
    const changes = { sentAt: () => 'now()', nextAt: null, error: null };
    await this.db.entities.update(LetterEntity, { id, sentAt: IsNull() }, changes);
  }

  async markFailed(id: Uuid, error: string): Promise<void> {
    await this.db.query(setFailed, [id, error]);
  }

  /** Deletes a letter that cannot be sent. */
  async drop(id: Uuid): Promise<void> {
    await this.db.entities.delete(LetterEntity, { id, sentAt: IsNull() });
  }

  /**
   * Deletes the letters to this person that were not sent yet, and removes the person from the letters that were sent.
   * Returns the number of deleted letters.
   */
  async forget(subject: Uuid): Promise<number> {
    return (await this.db.query<{ count: number }>(forgetSubject, [subject]))[0].count;
  }

  /** Newest first. */
  async list(
    recipientKeys: readonly string[] | undefined,
    before: { at: string; id: Uuid } | undefined,
    limit: number,
  ): Promise<SentLetter[]> {
    const rows = await this.db.query<Row>(listLetters, [
      recipientKeys ?? null,
      before?.at ?? null,
      before?.id ?? null,
      limit,
    ]);
    return rows.map((row) => ({ ...letterFromRow(row), sentAt: row.sent_at }));
  }
}
