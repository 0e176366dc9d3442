import type { Uuid } from '#kernel';
import type { Database } from '#platform/database';
import type { MessageMeta } from './envelope';
import type { Signal } from './signal';

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
  /** How many messages wait behind it: of the same key, for the same handlers. */
  readonly followers: number;
}

export interface DeadLetterFilter {
  readonly seqs?: readonly number[] | undefined;
  readonly key?: string | undefined;
  readonly type?: string | undefined;
  readonly messageIds?: readonly Uuid[] | undefined;
}

/** A message that has not been handled yet: it waits, for its turn or for another try, or it is dead. */
export interface OpenMessage extends Omit<DeadLetter, 'body' | 'meta' | 'followers' | 'error'> {
  readonly state: 'waiting' | 'dead';
  readonly error: string | null;
  /** Null while it waits behind a dead one. */
  readonly nextAt: Date | null;
}

const columns = `i.seq, i.message_id as "messageId", i.handler, i.key, i.type, i.attempts, i.error, i.received_at as "receivedAt"`;

/** Messages of one context that were given up. Their followers (same key) wait until they are re-driven or dropped. */
export class DeadLetters {
  constructor(
    private readonly db: Database,
    private readonly inbox: Signal,
  ) {}

  /** In the order in which they came, after the given one. */
  list(limit: number, afterSeq = 0, filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    const [where, values] = chosenBy(filter, [limit, afterSeq]);
    return this.db.query<DeadLetter>(
      `select ${columns}, i.body, i.meta,
         (select count(*)::int from inbox f
          where f.lane = i.lane and f.key = i.key and f.seq > i.seq and f.state = 'waiting') as followers
       from inbox i where i.state = 'dead' and i.seq > $2${where} order by i.seq limit $1`,
      values,
    );
  }

  /** What has not been handled of these messages, and of this key's for one handler. */
  open(messageIds: readonly Uuid[], own?: { readonly handler: string; readonly lane: string; readonly key: string }) {
    return this.db.query<OpenMessage>(
      `select ${columns}, i.state, nullif(i.next_at, 'infinity') as "nextAt" from inbox i
       where i.state <> 'done' and i.message_id = any($1::uuid[])
       union all
       select ${columns}, i.state, nullif(i.next_at, 'infinity') from inbox i
       where i.state <> 'done' and i.lane = $2 and i.key = $3 and i.handler = $4 and i.message_id <> all($1::uuid[])
       order by seq`,
      [messageIds, own?.lane ?? '', own?.key ?? '', own?.handler ?? ''],
    );
  }

  /**
   * Tries them again from the first attempt, in the order in which they came; one behind an earlier dead letter of its
   * key waits for that. Answers which; at most `limit`, the earliest.
   */
  redriveAll(filter: DeadLetterFilter, limit: number): Promise<number[]> {
    return this.settle(filter, `state = 'waiting', attempts = 0, next_at = ${behind}`, limit);
  }

  /** Tries it again from the first attempt. False when it is no dead letter. */
  async redrive(seq: number): Promise<boolean> {
    return (await this.redriveAll({ seqs: [seq] }, 1)).length > 0;
  }

  /** Gives it up for good, so that its followers go on; why stays beside it. False when it is no dead letter. */
  async drop(seq: number, why: string): Promise<boolean> {
    const change = `state = 'done', done_at = now(), error = 'dropped: ' || $2 || E'\\n' || coalesce(i.error, '')`;
    return (await this.settle({ seqs: [seq] }, change, 1, [why])).length > 0;
  }

  /** Has messages that were put off tried at once. */
  async hurry(messageIds: readonly Uuid[], own?: { readonly lane: string; readonly key: string }): Promise<number> {
    const { count } = await this.db.execute(
      `update inbox set next_at = now()
       where state = 'waiting' and claimed_by = 0 and next_at > now() and next_at < 'infinity'
         and (message_id = any($1::uuid[]) or lane = $2 and key = $3)`,
      [messageIds, own?.lane ?? '', own?.key ?? ''],
    );
    this.db.afterCommit(() => this.inbox.raise());
    return count;
  }

  private async settle(filter: DeadLetterFilter, change: string, limit: number, more: unknown[] = []) {
    const [where, values] = chosenBy(filter, [limit, ...more]);
    const rows = await this.db.query<{ seq: number }>(
      `with chosen as materialized (
         select i.seq, i.lane, i.key from inbox i where i.state = 'dead'${where} order by i.seq limit $1 for update),
       blocked as materialized (
         select c.lane, c.key, (
           select min(d.seq) from inbox d where d.lane = c.lane and d.key = c.key and d.state = 'dead'
             and d.seq not in (select seq from chosen)) as by_seq
         from (select distinct lane, key from chosen) c),
       settled as (
         update inbox i set ${change} from chosen c join blocked b using (lane, key) where i.seq = c.seq
         returning i.seq),
       followers as (
         update inbox i set next_at = now() from blocked b
         where i.lane = b.lane and i.key = b.key and i.state = 'waiting' and i.next_at = 'infinity'
           and (b.by_seq is null or i.seq < b.by_seq))
       select seq from settled order by seq`,
      values,
    );
    this.db.afterCommit(() => this.inbox.raise());
    return rows.map(({ seq }) => seq);
  }
}

const behind = `case when b.by_seq < i.seq then 'infinity'::timestamptz else now() end`;

function chosenBy({ seqs, key, type, messageIds }: DeadLetterFilter, values: unknown[]): [string, unknown[]] {
  const value = (given: unknown): string => `$${values.push(given)}`;
  const where = [
    seqs && `i.seq = any(${value(seqs)}::bigint[])`,
    key !== undefined && `i.key = ${value(key)}`,
    type !== undefined && `i.type = ${value(type)}`,
    messageIds && `i.message_id = any(${value(messageIds)}::uuid[])`,
  ].filter((part) => typeof part === 'string');
  return [where.map((part) => ` and ${part}`).join(''), values];
}
