import type { Database } from '#platform/database';
import type { MessageMeta } from './envelope';
import type { Signal } from './signal';

export interface DeadLetter {
  readonly seq: number;
  readonly messageId: string;
  readonly handler: string;
  readonly key: string;
  readonly type: string;
  readonly body: object;
  readonly meta: MessageMeta;
  readonly attempts: number;
  readonly error: string;
  readonly receivedAt: Date;
}

/** Messages of one context that were given up. Their followers (same key) wait until they are re-driven or dropped. */
export class DeadLetters {
  constructor(
    private readonly db: Database,
    private readonly inbox: Signal,
  ) {}

  /** Oldest first, after the given one. */
  list(limit: number, afterSeq = 0): Promise<DeadLetter[]> {
    return this.db.query<DeadLetter>(
      `select seq, message_id as "messageId", handler, key, type, body, meta, attempts, error, received_at as "receivedAt"
       from inbox where state = 'dead' and seq > $2 order by seq limit $1`,
      [limit, afterSeq],
    );
  }

  /** Tries it again from the first attempt. False when it is no dead letter. */
  redrive(seq: number): Promise<boolean> {
    return this.settle(seq, `state = 'waiting', attempts = 0, next_at = now()`);
  }

  /** Gives it up for good, so that its followers go on. False when it is no dead letter. */
  drop(seq: number): Promise<boolean> {
    return this.settle(seq, `state = 'done', done_at = now()`);
  }

  private async settle(seq: number, change: string): Promise<boolean> {
    const rows = await this.db.query(
      `with settled as (
         update inbox set ${change} where seq = $1 and state = 'dead' returning lane, key),
       followers as (
         update inbox i set next_at = now() from settled s
         where i.lane = s.lane and i.key = s.key and i.state = 'waiting' and i.next_at = 'infinity')
       select 1 from settled`,
      [seq],
    );
    this.db.afterCommit(() => this.inbox.raise());
    return rows.length > 0;
  }
}
