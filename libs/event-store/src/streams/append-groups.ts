import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { withoutLockWait } from '#database';
import {
  HANDED,
  sendingStatement,
  sentOfSql,
  type Claim,
  type Envelope,
  type HandOverResult,
  type Outbox,
} from '#messaging';
import type { StreamDatabase } from './stream-database';
import { named } from './table-names';

/**
 * An append of exactly one event, without guards and timers. It can also write messages, and mark the handled inbox
 * message as done.
 */
export interface SingleAppend {
  readonly streamId: Uuid;
  readonly expectedVersion: number;
  readonly eventId: Uuid;
  readonly type: string;
  readonly schemaVersion: number;
  /** JSON. */
  readonly data: string;
  readonly metadata: string;
  readonly mac: Buffer;
  readonly messages: readonly Envelope[];
  readonly claimed?: Claim;
}

export interface Written {
  readonly version: number | null;
  readonly timestamp: Date;
  /**
   * Call this function after the commit. It is undefined if the append was written in a group, because the group has
   * already called it for all its messages.
   */
  readonly sent?: () => void;
}

interface WaitingAppend {
  readonly append: SingleAppend;
  /** Called without an argument if the append must be written alone. */
  readonly finish: (written?: Written) => void;
}

/** While this many statements run (single appends or groups), further appends wait to be grouped. */
const MOST_RUNNING = 2;
const MOST_IN_GROUP = 64;
/**
 * The next group is sent after this time in any case, because the running statements are perhaps waiting for a lock.
 */
const LONGEST_DELAY_MS = 50;

/** The values that the statement needs from each append. Each field becomes one array parameter. */
const FIELDS: readonly {
  readonly name: string;
  readonly type: string;
  readonly valueFrom: (append: SingleAppend) => unknown;
}[] = [
  { name: named.stream, type: 'uuid', valueFrom: ({ streamId }) => streamId },
  { name: 'expected', type: 'int', valueFrom: ({ expectedVersion }) => expectedVersion },
  { name: 'id', type: 'uuid', valueFrom: ({ eventId }) => eventId },
  { name: 'type', type: 'text', valueFrom: ({ type }) => type },
  { name: 'schema_version', type: 'int', valueFrom: ({ schemaVersion }) => schemaVersion },
  { name: 'data', type: 'jsonb', valueFrom: ({ data }) => data },
  { name: 'metadata', type: 'jsonb', valueFrom: ({ metadata }) => metadata },
  { name: 'seq', type: 'bigint', valueFrom: ({ claimed }) => claimed?.seq ?? null },
  { name: 'claimed_by', type: 'int', valueFrom: ({ claimed }) => claimed?.claimedBy ?? null },
  { name: 'message_id', type: 'uuid', valueFrom: ({ claimed }) => claimed?.messageId ?? null },
  { name: 'mac', type: 'bytea', valueFrom: ({ mac }) => mac },
];

/**
 * Writes a whole group. It skips streams that another transaction has locked. If another transaction is just creating
 * the same stream or the same event id, there is no row yet that could be skipped. Then the statement waits at most 50
 * ms. So a group never waits long for one stream, and two groups do not block each other. `head` has one row for each
 * append that was written. The other appends of the group write nothing. (`offset 0` makes the planner look up each id
 * by its key, even if the statistics say that the table is small.)
 */
const GROUP = sendingStatement(
  'append-group',
  (way) => `with brief as materialized (select set_config('lock_timeout', '50ms', true)),
   given as materialized (
     select g.* from brief cross join unnest(${FIELDS.map(({ type }, at) => `$${at + 1}::${type}[]`).join(', ')})
       as g(${FIELDS.map(({ name }) => name).join(', ')})),
   claim as (
     select i.seq from inbox i join given g on g.seq = i.seq and g.claimed_by = i.claimed_by and g.message_id is not distinct from i.message_id
     where i.state = 'waiting' for update of i skip locked),
   ready as materialized (
     select * from given g
     where (g.seq is null or g.seq in (select seq from claim))
       and not exists (select from ${named.events} e where e.id = g.id offset 0)),
   locked as (
     select h.${named.stream} from ${named.heads} h join ready g on g.${named.stream} = h.${named.stream} and g.expected = h.version
     for update of h skip locked),
   moved as (
     update ${named.heads} h set version = g.expected + 1 from ready g
     where h.${named.stream} = g.${named.stream} and h.version = g.expected and g.${named.stream} in (select ${named.stream} from locked)
     returning h.${named.stream}, h.version),
   begun as (
     insert into ${named.heads} (${named.stream}, version) select ${named.stream}, 1 from ready where expected = 0 order by ${named.stream}
     on conflict (${named.stream}) do nothing returning ${named.stream}, version),
   head as materialized (select * from moved union all select * from begun),
   events as (
     insert into ${named.events} (id, ${named.stream}, version, event_type, schema_version, event_data, metadata, "timestamp", mac)
     select g.id, h.${named.stream}, h.version, g.type, g.schema_version, g.data, g.metadata, statement_timestamp(), g.mac
     from ready g join head h on h.${named.stream} = g.${named.stream} and h.version = g.expected + 1 returning id),
   pending as (insert into ${named.pending} (event_id) select id from events),
   ${sentOfSql(
     way,
     `$${FIELDS.length + 1}`,
     `select l.id from head h join unnest($${FIELDS.length + 2}::uuid[], $${FIELDS.length + 3}::uuid[]) as l(stream, id) on l.stream = h.${named.stream}`,
   )},
   done as (
     update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null
     from ready g join head h on h.${named.stream} = g.${named.stream} and h.version = g.expected + 1 where i.seq = g.seq)
   select ${named.stream} as "streamId", statement_timestamp() as "timestamp", ${HANDED}
   from head`,
);

/**
 * Groups appends that arrive while other appends are running. Each group is written in one statement and one
 * transaction. Under load, the statement and the commit are most of the cost of an append. An append waits only while
 * two statements run. If an append could not be written in its group, it is tried again alone, and then its own
 * statement reports the reason.
 */
export class AppendGroups {
  private readonly log = new Logger('EventStore');
  private waiting: WaitingAppend[] = [];
  private running = 0;
  private timer?: NodeJS.Timeout;
  /**
   * Runs a group in the async context of the constructor. Otherwise the group would run in the transaction and the
   * trace of the append that starts it.
   */
  private readonly runDetached = AsyncLocalStorage.snapshot() as (work: () => void) => void;

  constructor(
    private readonly db: StreamDatabase,
    private readonly outbox: Outbox,
  ) {}

  async write(append: SingleAppend, appendAlone: () => Promise<Written>): Promise<Written> {
    if (this.running >= MOST_RUNNING) {
      const written = await new Promise<Written | undefined>((finish) => this.enqueue({ append, finish }));
      if (written) return written;
    }
    return this.runCounted(appendAlone);
  }

  private async runCounted<T>(work: () => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.startGroupIfFree();
    }
  }

  private enqueue(one: WaitingAppend): void {
    this.waiting.push(one);
    this.startTimer();
  }

  private startTimer(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.startGroup();
    }, LONGEST_DELAY_MS);
  }

  private startGroupIfFree(): void {
    if (this.running < MOST_RUNNING) this.startGroup();
  }

  private startGroup(): void {
    if (this.waiting.length === 0) return;
    const group = this.takeGroup();
    if (group.length === 1) group[0].finish();
    else this.runDetached(() => void this.runCounted(() => this.writeGroup(group)));
    if (this.waiting.length > 0) this.startTimer();
  }

  /**
   * Takes at most one append for each stream and each claim. A second append needs the result of the first, so it waits
   * for a later group.
   */
  private takeGroup(): WaitingAppend[] {
    const group: WaitingAppend[] = [];
    const later: WaitingAppend[] = [];
    const taken = new Set<Uuid | number>();
    for (const one of this.waiting) {
      const { streamId, claimed } = one.append;
      const keys = claimed ? [streamId, claimed.seq] : [streamId];
      if (group.length >= MOST_IN_GROUP || keys.some((key) => taken.has(key))) later.push(one);
      else {
        group.push(one);
        for (const key of keys) taken.add(key);
      }
    }
    this.waiting = later;
    return group;
  }

  private async writeGroup(group: readonly WaitingAppend[]): Promise<void> {
    const written = new Map<string, Written>();
    const appends = group.map(({ append }) => append);
    const sending = this.outbox.sending(appends.flatMap(({ messages }) => messages));
    try {
      const rows = await this.db.outsideTransaction(() =>
        withoutLockWait(() =>
          this.db.query<{ streamId: string; timestamp: Date; handed: HandOverResult | null }>(
            GROUP[sending.way],
            parametersOf(appends, sending.value),
          ),
        ),
      );
      sending.sent(rows[0]?.handed);
      for (const { append } of group) {
        const row = rows.find(({ streamId }) => streamId === append.streamId);
        if (row) written.set(append.streamId, { version: append.expectedVersion + 1, timestamp: row.timestamp });
      }
    } catch (error) {
      // Either nothing was written, or everything was written and the response was lost. Now each append is tried
      // alone. The id of its event, or its claim, shows whether the append was already written.
      this.log.warn(`${group.length} appends could not be written together: ${(error as Error).message}`);
    }
    for (const { append, finish } of group) finish(written.get(append.streamId));
  }
}

const parametersOf = (group: readonly SingleAppend[], sending: string): unknown[] => [
  ...FIELDS.map(({ valueFrom }) => group.map(valueFrom)),
  sending,
  group.flatMap(({ streamId, messages }) => messages.map(() => streamId)),
  group.flatMap(({ messages }) => messages.map(({ id }) => id)),
];
