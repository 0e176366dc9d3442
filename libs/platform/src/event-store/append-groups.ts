import { Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { statement, type Database } from '#platform/database';
import type { Claim, Envelope } from '#platform/messaging';

/** An append of one event that carries nothing but messages and, in a handler, the mark that its message is done. */
export interface Lone {
  readonly streamId: Uuid;
  readonly expectedVersion: number;
  readonly eventId: Uuid;
  readonly type: string;
  readonly schemaVersion: number;
  /** JSON. */
  readonly data: string;
  readonly metadata: string;
  readonly messages: readonly Envelope[];
  readonly claimed?: Claim;
}

export interface Written {
  readonly version: number | null;
  readonly timestamp: Date;
}

interface Waiting {
  readonly lone: Lone;
  /** With nothing: it has to go by itself. */
  readonly done: (written?: Written) => void;
}

/** So many appends go by themselves, or groups of them together, before others have to wait for company. */
const AT_ONCE = 2;
const MOST = 64;
/** And nobody waits longer: those under way may themselves be waiting for somebody's lock. */
const LONGEST_WAIT_MS = 50;

/**
 * What is locked by others is passed over, so that nobody in a group waits for somebody else's order, and no two groups
 * for each other. Every append has a row of `head` where it was written, and none of its rows is written where it has not.
 */
const GROUP = statement(
  'append-group',
  `with given as materialized (
     select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::int[], $6::jsonb[], $7::jsonb[], $8::bigint[], $9::int[])
       as g(order_id, expected, id, type, schema_version, data, metadata, seq, claimed_by)),
   claim as (
     select i.seq from inbox i join given g on g.seq = i.seq and g.claimed_by = i.claimed_by
     where i.state = 'waiting' for update of i skip locked),
   ready as materialized (
     select * from given g
     where (g.seq is null or g.seq in (select seq from claim)) and not exists (select from order_events where id = g.id)),
   locked as (
     select h.order_id from order_heads h join ready g on g.order_id = h.order_id and g.expected = h.version
     for update of h skip locked),
   moved as (
     update order_heads h set version = g.expected + 1 from ready g
     where h.order_id = g.order_id and h.version = g.expected and g.order_id in (select order_id from locked)
     returning h.order_id),
   begun as (
     insert into order_heads (order_id, version) select order_id, 1 from ready where expected = 0 order by order_id
     on conflict (order_id) do nothing returning order_id),
   head as materialized (select order_id from moved union all select order_id from begun),
   events as (
     insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
     select id, order_id, expected + 1, type, schema_version, data, metadata, statement_timestamp()
     from ready join head using (order_id) returning id),
   pending as (insert into order_pending (event_id) select id from events),
   sent as (
     insert into outbox (id, type, key, body, meta)
     select m.id, m.type, m.key, m.body, m.meta
     from rows from (jsonb_to_recordset($10::jsonb) as (stream uuid, id uuid, type text, key text, body jsonb, meta jsonb))
       with ordinality as m(stream, id, type, key, body, meta, place)
     where m.stream in (select order_id from head) order by m.place),
   done as (
     update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null
     from ready g join head using (order_id) where i.seq = g.seq)
   select order_id as "streamId", statement_timestamp() as "timestamp" from head`,
);

/**
 * Appends that come while others are under way are written together, in one statement and one transaction: under load
 * that is what most of their cost is. Whoever comes alone waits for nobody. An append that a group could not write, for
 * whatever reason, goes by itself and hears from its own statement why.
 */
export class AppendGroups {
  private readonly log = new Logger('EventStore');
  private waiting: Waiting[] = [];
  private running = 0;
  private patience?: NodeJS.Timeout;

  constructor(private readonly db: Database) {}

  async write(lone: Lone, byItself: () => Promise<Written>): Promise<Written> {
    if (this.running >= AT_ONCE) {
      const written = await new Promise<Written | undefined>((done) => this.wait({ lone, done }));
      if (written) return written;
    }
    return this.counted(byItself);
  }

  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.next();
    }
  }

  private wait(one: Waiting): void {
    this.waiting.push(one);
    this.patience ??= setTimeout(() => {
      this.patience = undefined;
      this.go();
    }, LONGEST_WAIT_MS);
  }

  private next(): void {
    if (this.running < AT_ONCE) this.go();
  }

  private go(): void {
    if (this.waiting.length === 0) return;
    const group = this.take();
    if (group.length === 1) group[0].done();
    else void this.counted(() => this.together(group));
  }

  /** The first of each stream: a second one follows on it, or comes too late. */
  private take(): Waiting[] {
    const group = new Map<Uuid, Waiting>();
    const later: Waiting[] = [];
    for (const one of this.waiting) {
      if (group.size < MOST && !group.has(one.lone.streamId)) group.set(one.lone.streamId, one);
      else later.push(one);
    }
    this.waiting = later;
    return [...group.values()];
  }

  private async together(group: readonly Waiting[]): Promise<void> {
    const written = new Map<string, Written>();
    try {
      const rows = await this.db.outside(() =>
        this.db.query<{ streamId: string; timestamp: Date }>(GROUP, values(group.map(({ lone }) => lone))),
      );
      for (const { lone } of group) {
        const row = rows.find(({ streamId }) => streamId === lone.streamId);
        if (row) written.set(lone.streamId, { version: lone.expectedVersion + 1, timestamp: row.timestamp });
      }
    } catch (error) {
      // Nothing of it was written, or all was and nobody heard: each finds out by itself, by the id of its event.
      this.log.warn(`${group.length} appends could not be written together: ${(error as Error).message}`);
    }
    for (const { lone, done } of group) done(written.get(lone.streamId));
  }
}

function values(group: readonly Lone[]): unknown[] {
  const of = <T>(field: (lone: Lone) => T) => group.map(field);
  return [
    of(({ streamId }) => streamId),
    of(({ expectedVersion }) => expectedVersion),
    of(({ eventId }) => eventId),
    of(({ type }) => type),
    of(({ schemaVersion }) => schemaVersion),
    of(({ data }) => data),
    of(({ metadata }) => metadata),
    of(({ claimed }) => claimed?.seq ?? null),
    of(({ claimed }) => claimed?.claimedBy ?? null),
    JSON.stringify(group.flatMap(({ streamId, messages }) => messages.map((one) => ({ stream: streamId, ...one })))),
  ];
}
