import { derivedId, type Uuid } from '#kernel';
import { statement, type Database, type Statement } from '#platform/database';
import { mayTell } from '#platform/messaging';
import { Clock, SystemClock } from '#platform/system';
import { Appender, KEY } from './appender';
import { EventStore } from './event-store';
import type { EventTypes } from './event-types';
import type { Append, Appended, LoggedEvent, RecordedEvent, StoredKey } from './events';
import { attest, type StreamProof } from './evidence';
import type { VerifyResult } from './findings';
import type { LogSignals } from './log-signals';
import { Prover } from './prover';
import type { Folded, Reducer } from './reducer';
import type { SealKey } from './seal-key';
import { Snapshots } from './snapshots.store';
import {
  asStored,
  columns,
  joinEvent,
  joinPlace,
  marked,
  recorded,
  viewColumns,
  type LoggedRow,
  type StoredRow,
} from './stored';
import { verifyLog } from './verify';

const READ = statement(
  'events-read',
  `select ${columns} from order_events e ${joinPlace('e.id')}
   where e.order_id = $1 and e.version between $2 and $3 order by e.version`,
);

// Positions are contiguous, so a stretch of the log is as long as the limit, and needs no sorting of what lies behind.
const LOG = statement(
  'log-read',
  `select ${columns} from order_log l ${joinEvent('l.event_id')}
   where l.position > $1 and l.position <= $1::bigint + $2::int order by l.position`,
);

const FOR_VIEWS = statement(
  'log-read-views',
  `select ${viewColumns} from order_log l ${joinEvent('l.event_id')}
   where l.position > $1 and l.position <= $1::bigint + $2::int order by l.position`,
);

const LOG_OF_TYPE = statement(
  'log-read-type',
  `select ${columns} from order_log l ${joinEvent('l.event_id')}
   where l.position > $1 and l.position <= $2 and e.event_type = $4 order by l.position limit $3`,
);

/** What a command appended: its first event, and those after it that bear its id. */
const ANSWER = statement(
  'append-answer',
  `select ${columns} from order_events f
   join order_events e on e.order_id = f.order_id and e.version >= f.version and e.metadata->>'commandId' = $2::text
   ${joinPlace('e.id')}
   where f.id = $1 order by e.version`,
);

const HEAD = statement('log-head', `select coalesce(max(position), 0) as head from order_log`);

const ENDLESS = 2 ** 31 - 1;
const WINDOW = 20_000;

export class PgEventStore extends EventStore {
  private readonly appender: Appender;
  private readonly prover: Prover;

  constructor(
    private readonly db: Database,
    private readonly types: EventTypes,
    private readonly signals: LogSignals,
    private readonly sealKey: SealKey,
    outbox: ConstructorParameters<typeof Appender>[1],
    clock: Clock = new SystemClock(),
    private readonly snapshots = new Snapshots(db, types),
  ) {
    super();
    this.appender = new Appender(db, outbox, signals);
    this.prover = new Prover(db, sealKey, clock);
  }

  async append(append: Append): Promise<Appended> {
    const { expectedVersion, events, commandId } = append;
    if (events.length === 0) return { version: expectedVersion, repeated: false, events: [] };
    for (const { type, schemaVersion } of events) {
      mayTell(type);
      this.types.mustBeCurrent(type, schemaVersion);
    }
    const appended = await this.appender.append(append);
    if (appended) return appended;
    const first = await this.look<StoredRow>(ANSWER, [derivedId(commandId, 0), commandId]);
    return { version: first.at(-1)!.version, repeated: true, events: first.map((row) => recorded(this.types, row)) };
  }

  async read(streamId: Uuid, from = 1, to = ENDLESS): Promise<RecordedEvent[]> {
    const rows = await this.look<StoredRow>(READ, [streamId, from, Math.min(to, ENDLESS)]);
    return rows.map((row) => recorded(this.types, row));
  }

  async readMarked(streamId: Uuid, from = 1, to = ENDLESS): Promise<RecordedEvent[]> {
    const rows = await this.look<StoredRow>(READ, [streamId, from, Math.min(to, ENDLESS)]);
    return rows.map((row) => marked(this.types, row));
  }

  async readStored(streamId: Uuid): Promise<RecordedEvent[]> {
    const rows = await this.look<StoredRow>(READ, [streamId, 1, ENDLESS]);
    return rows.map((row) => asStored(this.types, row));
  }

  fold<State extends object>(streamId: Uuid, reducer: Reducer<State>): Promise<Folded<State>> {
    return this.snapshots.fold((sql, values) => this.look(sql, values), streamId, reducer);
  }

  async readLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]> {
    return (await this.rows(after, limit, type)).map((row) => marked(this.types, row));
  }

  async readForViews(after: number, limit: number): Promise<LoggedEvent[]> {
    return (await this.look<LoggedRow>(FOR_VIEWS, [after, limit])).map((row) => marked(this.types, row));
  }

  async readStoredLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]> {
    return (await this.rows(after, limit, type)).map((row) => asStored(this.types, row));
  }

  async head(): Promise<number> {
    const [row] = await this.look<{ head: number }>(HEAD, []);
    return row.head;
  }

  prove(streamId: Uuid): Promise<StreamProof | undefined> {
    return this.db.outside(() => this.prover.prove(streamId));
  }

  attest(document: object): string {
    return attest(this.sealKey, document);
  }

  onNumbered(listener: (head: number) => void): () => void {
    return this.signals.onNumbered(listener);
  }

  async findKey(caller: string, key: string): Promise<StoredKey | undefined> {
    const [row] = await this.look<StoredKey>(KEY, [caller, key]);
    return row;
  }

  verify(from = 1, to?: number, progress?: (done: number, last: number) => void): Promise<VerifyResult> {
    return this.db.outside(() => verifyLog(this.db, this.sealKey, { from, to, progress }));
  }

  private rows(after: number, limit: number, type?: string): Promise<StoredRow[]> {
    return type ? this.logOfType(after, limit, type) : this.look<StoredRow>(LOG, [after, limit]);
  }

  // A rare type in a long log: look at a stretch at a time, so that no statement runs for long.
  private async logOfType(after: number, limit: number, type: string): Promise<StoredRow[]> {
    const rows: StoredRow[] = [];
    const head = await this.head();
    for (let at = after; at < head && rows.length < limit; at += WINDOW)
      rows.push(...(await this.look<StoredRow>(LOG_OF_TYPE, [at, at + WINDOW, limit - rows.length, type])));
    return rows;
  }

  /** What was read commits nothing, so a transaction that has not begun need not begin for it. */
  private look<Row extends object>(sql: Statement, values: unknown[]): Promise<Row[]> {
    const query = () => this.db.query<Row>(sql, values);
    return this.db.begun() ? query() : this.db.outside(query);
  }
}
