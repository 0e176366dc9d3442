import { AsyncLocalStorage } from 'node:async_hooks';
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
/** And the next group goes after so long anyway: those under way may themselves be waiting for somebody's lock. */
const LONGEST_WAIT_MS = 50;

/**
 * What is locked by others is passed over, and where there is nothing to pass over yet (somebody else begins the same
 * stream, or takes the same id) waiting is cut short: nobody in a group waits for somebody else's order, and no two
 * groups for each other. Every append has a row of `head` where it was written, and none of its rows is written where
 * it has not. (`offset 0`: one look by key for each id, however small the planner believes the table to be.)
 */
const GROUP = statement(
  'append-group',
  `with brief as materialized (select set_config('lock_timeout', '50ms', true)),
   given as materialized (
     select g.* from brief cross join unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::int[], $6::jsonb[], $7::jsonb[], $8::bigint[], $9::int[])
       as g(order_id, expected, id, type, schema_version, data, metadata, seq, claimed_by)),
   claim as (
     select i.seq from inbox i join given g on g.seq = i.seq and g.claimed_by = i.claimed_by
     where i.state = 'waiting' for update of i skip locked),
   ready as materialized (
     select * from given g
     where (g.seq is null or g.seq in (select seq from claim))
       and not exists (select from order_events e where e.id = g.id offset 0)),
   locked as (
     select h.order_id from order_heads h join ready g on g.order_id = h.order_id and g.expected = h.version
     for update of h skip locked),
   moved as (
     update order_heads h set version = g.expected + 1 from ready g
     where h.order_id = g.order_id and h.version = g.expected and g.order_id in (select order_id from locked)
     returning h.order_id, h.version),
   begun as (
     insert into order_heads (order_id, version) select order_id, 1 from ready where expected = 0 order by order_id
     on conflict (order_id) do nothing returning order_id, version),
   head as materialized (select * from moved union all select * from begun),
   events as (
     insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
     select g.id, h.order_id, h.version, g.type, g.schema_version, g.data, g.metadata, statement_timestamp()
     from ready g join head h on h.order_id = g.order_id and h.version = g.expected + 1 returning id),
   pending as (insert into order_pending (event_id) select id from events),
   sent as (
     insert into outbox (id, type, key, body, meta)
     select m.id, m.type, m.key, m.body, m.meta
     from rows from (jsonb_to_recordset($10::jsonb) as (stream uuid, id uuid, type text, key text, body jsonb, meta jsonb))
       with ordinality as m(stream, id, type, key, body, meta, place)
     where m.stream in (select order_id from head) order by m.place),
   done as (
     update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null
     from ready g join head h on h.order_id = g.order_id and h.version = g.expected + 1 where i.seq = g.seq)
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
  /** Whoever sets a group off is not the one it is written for. */
  private readonly apart = AsyncLocalStorage.snapshot() as (work: () => void) => void;

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
    this.keepAnEye();
  }

  private keepAnEye(): void {
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
    else this.apart(() => void this.counted(() => this.together(group)));
    if (this.waiting.length > 0) this.keepAnEye();
  }

  /** The first of each stream, and of each claim: a second one follows on it, or comes too late. */
  private take(): Waiting[] {
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    const taken = new Set<Uuid | number>();
    for (const one of this.waiting) {
      const { streamId, claimed } = one.lone;
      const keys = claimed ? [streamId, claimed.seq] : [streamId];
      if (group.length >= MOST || keys.some((key) => taken.has(key))) later.push(one);
      else {
        group.push(one);
        for (const key of keys) taken.add(key);
      }
    }
    this.waiting = later;
    return group;
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
      // Nothing of it was written, or all was and nobody heard: each finds out by itself, by its event's id or its claim.
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
