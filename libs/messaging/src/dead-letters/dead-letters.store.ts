import type { Uuid } from '#kernel';
import type { Database } from '#database';
import type { MessageMeta } from '../messages/envelope';
import { wakeParked } from '../inbox/held.store';
import { isOpen } from '../inbox/open-messages';
import type { Signal } from '../signal';

export interface DeadLetter {
  readonly seq: number;
  readonly messageId: Uuid;
  readonly handler: string;
  readonly key: string;
  readonly type: string;
  readonly body: object;
  readonly meta: MessageMeta;
  readonly attempts: number;
  readonly error: string;
  readonly receivedAt: Date;
  /** The number of later messages of the same key and lane, which wait behind this dead letter. */
  readonly followers: number;
}

export interface DeadLetterFilter {
  readonly seqs?: readonly number[] | undefined;
  readonly key?: string | undefined;
  readonly type?: string | undefined;
  readonly messageIds?: readonly Uuid[] | undefined;
}

/** A message that is not done: it waits for its turn or for a retry, or it is a dead letter. */
export interface OpenMessage extends Omit<DeadLetter, 'body' | 'meta' | 'followers' | 'error'> {
  readonly state: 'waiting' | 'dead';
  readonly error: string | null;
  /** When the message is tried next. Null while it is parked behind another message. */
  readonly nextAt: Date | null;
}

const columns = `i.seq, i.message_id as "messageId", i.handler, i.key, i.type, i.attempts, i.error, i.received_at as "receivedAt"`;

export type DroppedLetter = Pick<DeadLetter, 'handler' | 'key' | 'type'>;

/** The state of a message that was redriven. */
export interface LetterState {
  readonly seq: number;
  readonly state: 'done' | 'waiting' | 'dead';
  readonly attempts: number;
  /** The error of the last attempt, or the reason why the message was dropped. Null if it was handled. */
  readonly error: string | null;
}

/**
 * The dead letters of one context. Later messages of the same key wait until the dead letter is redriven or dropped.
 */
export class DeadLetters {
  constructor(
    private readonly db: Database,
    private readonly inbox: Signal,
  ) {}

  /** Lists dead letters in order of arrival, after the given number. */
  list(limit: number, afterSeq = 0, filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    const [where, values] = whereSql(filter, [limit, afterSeq]);
    return this.db.query<DeadLetter>(
      `select ${columns}, i.body, i.meta,
         (select count(*)::int from inbox f
          where f.lane = i.lane and f.key = i.key and f.seq > i.seq and f.state = 'waiting' and ${isOpen('f')}) as followers
       from inbox i where i.state = 'dead' and i.seq > $2${where} order by i.seq limit $1`,
      values,
    );
  }

  /** The open inbox rows of these messages, and all other open messages of the given handler, lane and key. */
  findOpen(
    messageIds: readonly Uuid[],
    own?: { readonly handler: string; readonly lane: string; readonly key: string },
  ) {
    return this.db.query<OpenMessage>(
      `select ${columns}, i.state, nullif(i.next_at, 'infinity') as "nextAt" from inbox i
       where i.state <> 'done' and i.message_id = any($1::uuid[])
       union all
       select ${columns}, i.state, nullif(i.next_at, 'infinity') from inbox i
       where ${isOpen('i')} and i.lane = $2 and i.key = $3 and i.handler = $4 and i.message_id <> all($1::uuid[])
       order by seq`,
      [messageIds, own?.lane ?? '', own?.key ?? '', own?.handler ?? ''],
    );
  }

  /**
   * Redrives the oldest dead letters, at most `limit`, in order of arrival. Their attempts are kept: a letter that
   * used all of them is a dead letter again after its next failure. A letter behind an earlier dead letter of its key
   * waits for that earlier letter. Returns the numbers of the redriven letters.
   */
  async redriveAll(filter: DeadLetterFilter, limit: number): Promise<number[]> {
    const change = `state = 'waiting', waits = 0, failed_since = null, held = true, next_at = ${nextAtSql}`;
    return (await this.changeLetters(filter, change, limit)).map(({ seq }) => seq);
  }

  readStates(seqs: readonly number[]): Promise<LetterState[]> {
    return this.db.query<LetterState>(
      `select seq, state, attempts, error from inbox where seq = any($1::bigint[]) order by seq`,
      [seqs],
    );
  }

  /** Redrives one dead letter. False if there is no such dead letter. */
  async redrive(seq: number): Promise<boolean> {
    return (await this.redriveAll({ seqs: [seq] }, 1)).length > 0;
  }

  /**
   * Drops a dead letter for ever, so that the messages behind it are handled. The reason is stored in its row.
   * Undefined if there is no such dead letter.
   */
  async drop(seq: number, why: string): Promise<DroppedLetter | undefined> {
    const change = `state = 'done', done_at = now(), error = 'dropped: ' || $2 || E'\\n' || coalesce(i.error, '')`;
    const [dropped] = await this.changeLetters({ seqs: [seq] }, change, 1, [why]);
    return dropped;
  }

  /** Makes postponed messages due now: these ones, and those of the given lane and key. Returns their number. */
  async makeDueNow(
    messageIds: readonly Uuid[],
    own?: { readonly lane: string; readonly key: string },
  ): Promise<number> {
    const { count } = await this.db.execute(
      `update inbox i set next_at = now()
       where i.state = 'waiting' and i.claimed_by = 0 and i.next_at > now() and i.next_at < 'infinity'
         and (i.message_id = any($1::uuid[]) or i.lane = $2 and i.key = $3 and ${isOpen('i')})`,
      [messageIds, own?.lane ?? '', own?.key ?? ''],
    );
    this.db.afterCommit(() => this.inbox.raise());
    return count;
  }

  private async changeLetters(filter: DeadLetterFilter, change: string, limit: number, more: unknown[] = []) {
    const [where, values] = whereSql(filter, [limit, ...more]);
    const rows = await this.db.query<DroppedLetter & { seq: number; lane: string }>(
      `with chosen as materialized (
         select i.seq, i.lane, i.key from inbox i where i.state = 'dead'${where} order by i.seq limit $1 for update),
       blocked as materialized (
         select c.lane, c.key, (
           select min(d.seq) from inbox d where d.lane = c.lane and d.key = c.key and d.state = 'dead'
             and d.seq not in (select seq from chosen)) as by_seq
         from (select distinct lane, key from chosen) c),
       settled as (
         update inbox i set ${change} from chosen c join blocked b using (lane, key) where i.seq = c.seq
         returning i.seq, i.lane, i.key, i.handler, i.type)
       select seq, lane, key, handler, type from settled order by seq`,
      values,
    );
    const keys = new Map(rows.map(({ lane, key }) => [`${lane} ${key}`, { lane, key }]));
    for (const { lane, key } of keys.values()) await wakeParked(this.db, lane, key);
    this.db.afterCommit(() => this.inbox.raise());
    return rows;
  }
}

const nextAtSql = `case when b.by_seq < i.seq then 'infinity'::timestamptz else now() end`;

function whereSql({ seqs, key, type, messageIds }: DeadLetterFilter, values: unknown[]): [string, unknown[]] {
  const parameter = (given: unknown): string => `$${values.push(given)}`;
  const where = [
    seqs && `i.seq = any(${parameter(seqs)}::bigint[])`,
    key !== undefined && `i.key = ${parameter(key)}`,
    type !== undefined && `i.type = ${parameter(type)}`,
    messageIds && `i.message_id = any(${parameter(messageIds)}::uuid[])`,
  ].filter((part) => typeof part === 'string');
  return [where.map((part) => ` and ${part}`).join(''), values];
}
