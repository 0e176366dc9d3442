import { voidVersionsOf, VOIDING, withoutVoided, derivedId, type Uuid } from '#kernel';
import { statement, type Statement } from '#database';
import type { MacKey } from '#platform/macs';
import { checkMayPublish } from '#messaging';
import { Clock, Slices, SystemClock } from '#platform/system';
import { Appender } from './appender';
import { EventStore } from './event-store';
import type { EventTypes } from './event-types';
import type { Append, Appended, LoggedEvent, RecordedEvent } from './events';
import { attestInSlices, type ProvedSeal, type StreamProof } from '../verifications/evidence';
import { readCanonicalFields, readProvedSeals } from '../export/canonical';
import { exportLog } from '../export/log-export';
import type { VerifyResult } from '../verifications/findings';
import { repairHead, type Head } from './heads.store';
import type { LogSignals } from '../sequencer/log-signals';
import { MacGate } from '../macs/mac-gate';
import { ForeignEventCheck, macColumns, type RowWithMacs } from './foreign-event-check';
import { Prover } from '../verifications/prover';
import type { Folded, Reducer } from './reducer';
import type { SealKey } from '../seals/seal-key';
import { SealAnchor } from '../seals/seal-anchor';
import { SealChain } from '../seals/seal-chain';
import { Snapshots } from './snapshots.store';
import {
  toStoredEvent,
  eventColumns,
  joinEvent,
  leftJoinLog,
  toEventOrUnreadable,
  toEvent,
  viewColumns,
  type LoggedRow,
  type StoredRow,
} from './stored';
import { listUnnumbered, measureQueue, type Unnumbered } from '../sequencer/unnumbered.store';
import { verifyLog, type Span } from '../verifications/verify';
import type { StreamDatabase } from './stream-database';
import { named } from './table-names';

const READ = statement(
  'events-read-own',
  `select ${eventColumns}, ${macColumns} from ${named.events} e ${leftJoinLog('e.id')}
   where e.${named.stream} = $1 and e.version between $2 and $3 order by e.version`,
);

const VOIDINGS = statement(
  'events-voiding-own',
  `select ${eventColumns}, ${macColumns} from ${named.events} e ${leftJoinLog('e.id')} where e.${named.stream} = $1 and e.event_type = $2`,
);

// Positions have no gaps. So this range of positions is exactly one page, and no row after the page is read.
const LOG = statement(
  'log-read',
  `select ${eventColumns} from ${named.log} l ${joinEvent('l.event_id')}
   where l.position > $1 and l.position <= $1::bigint + $2::int order by l.position`,
);

const FOR_VIEWS = statement(
  'log-read-views',
  `select ${viewColumns} from ${named.log} l ${joinEvent('l.event_id')}
   where l.position > $1 and l.position <= $1::bigint + $2::int order by l.position`,
);

const LOG_OF_TYPE = statement(
  'log-read-type',
  `select ${eventColumns} from ${named.log} l ${joinEvent('l.event_id')}
   where l.position > $1 and l.position <= $2 and e.event_type = $4 order by l.position limit $3`,
);

/** The events that a command appended: the first one, and the later events of the stream with the same command id. */
const APPENDED = statement(
  'append-answer',
  `select ${eventColumns} from ${named.events} f
   join ${named.events} e on e.${named.stream} = f.${named.stream} and e.version >= f.version and e.metadata->>'commandId' = $2::text
   ${leftJoinLog('e.id')}
   where f.id = $1 order by e.version`,
);

const HEAD = statement('log-head', `select coalesce(max(position), 0) as head from ${named.log}`);

const LAST_VERSION = 2 ** 31 - 1;
const POSITIONS_PER_QUERY = 20_000;
const MOST_LISTED = 1_000;

export class PgEventStore extends EventStore {
  private readonly appender: Appender;
  private readonly prover: Prover;
  private readonly foreignEvents: ForeignEventCheck;

  constructor(
    private readonly db: StreamDatabase,
    private readonly types: EventTypes,
    private readonly signals: LogSignals,
    private readonly sealKey: SealKey,
    private readonly macKey: MacKey,
    outbox: ConstructorParameters<typeof Appender>[1],
    clock: Clock = new SystemClock(),
    private readonly snapshots = new Snapshots(db, types, macKey),
    private readonly chain = new SealChain(db, sealKey, new SealAnchor(), clock, new MacGate(db, macKey)),
  ) {
    super();
    this.appender = new Appender(db, outbox, signals, macKey);
    this.prover = new Prover(db, chain);
    this.foreignEvents = new ForeignEventCheck(db, macKey, chain.gate.memory);
  }

  async append(append: Append): Promise<Appended> {
    const { expectedVersion, events, commandId } = append;
    if (events.length === 0) return { version: expectedVersion, repeated: false, events: [] };
    for (const { type, schemaVersion } of events) {
      checkMayPublish(type);
      this.types.mustBeCurrent(type, schemaVersion);
    }
    const appended = await this.appender.append(append);
    if (appended) return appended;
    const first = await this.query<StoredRow>(APPENDED, [derivedId(commandId, 0), commandId]);
    return { version: first.at(-1)!.version, repeated: true, events: first.map((row) => toEvent(this.types, row)) };
  }

  async read(streamId: Uuid, from = 1, to = LAST_VERSION): Promise<RecordedEvent[]> {
    const rows = await this.readStreamRows(streamId, from, to);
    return withoutVoided(rows).map((row) => toEvent(this.types, row));
  }

  async readMarked(streamId: Uuid, from = 1, to = LAST_VERSION): Promise<RecordedEvent[]> {
    const rows = await this.readStreamRows(streamId, from, to);
    return rows.map((row) => toEventOrUnreadable(this.types, row));
  }

  async readStored(streamId: Uuid, from = 1, to = LAST_VERSION): Promise<RecordedEvent[]> {
    const rows = await this.readStreamRows(streamId, from, to);
    return rows.map((row) => toStoredEvent(this.types, row));
  }

  async voidedOf(streamId: Uuid): Promise<ReadonlySet<number>> {
    return voidVersionsOf(
      await this.foreignEvents.markForeign(await this.query<RowWithMacs>(VOIDINGS, [streamId, VOIDING])),
    );
  }

  fold<State extends object>(streamId: Uuid, reducer: Reducer<State>): Promise<Folded<State>> {
    return this.snapshots.fold((sql, values) => this.query(sql, values), streamId, reducer);
  }

  async readLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]> {
    return (await this.readLogRows(after, limit, type)).map((row) => toEventOrUnreadable(this.types, row));
  }

  async readForViews(after: number, limit: number): Promise<LoggedEvent[]> {
    return (await this.query<LoggedRow>(FOR_VIEWS, [after, limit])).map((row) => toEventOrUnreadable(this.types, row));
  }

  async readStoredLog(after: number, limit: number, type?: string): Promise<RecordedEvent[]> {
    return (await this.readLogRows(after, limit, type)).map((row) => toStoredEvent(this.types, row));
  }

  async head(): Promise<number> {
    const [row] = await this.query<{ head: number }>(HEAD, []);
    return row.head;
  }

  async waiting(): Promise<{ waiting: number; seconds: number }> {
    return this.db.outsideTransaction(() => measureQueue(this.db));
  }

  unnumbered(streamId?: Uuid): Promise<readonly Unnumbered[]> {
    return this.db.outsideTransaction(() => listUnnumbered(this.db, streamId ?? null, MOST_LISTED));
  }

  prove(streamId: Uuid, slices?: Slices): Promise<StreamProof | undefined> {
    return this.db.outsideTransaction(() => this.prover.prove(streamId, slices));
  }

  canonical(eventIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, readonly string[]>> {
    return this.db.outsideTransaction(() => readCanonicalFields(this.db, eventIds));
  }

  seals(after: number, limit: number): Promise<ProvedSeal[]> {
    return this.db.outsideTransaction(() => readProvedSeals(this.db, after, limit));
  }

  export(from = 1, to?: number): AsyncGenerator<string> {
    return exportLog(this.db, this.sealKey, from, to);
  }

  attest(document: object, slices = new Slices()): Promise<string> {
    return attestInSlices(this.sealKey, document, slices);
  }

  withRepairedHead<T>(streamId: Uuid, work: (formerHead: Head | undefined) => Promise<T>): Promise<T> {
    return this.db.transaction(async () => work(await repairHead(this.db, streamId)));
  }

  onNumbered(listener: (head: number) => void): () => void {
    return this.signals.onNumbered(listener);
  }

  verify(from = 1, to?: number, progress?: Span['progress'], signal?: AbortSignal): Promise<VerifyResult> {
    const remembered = () => this.chain.readCheckedEnd();
    const span = { from, to, progress, signal, remembered, memory: this.chain.gate.memory };
    return this.db.outsideTransaction(() => verifyLog(this.db, this.sealKey, this.macKey, span));
  }

  /** A stream's rows. Rows that the shop did not append are marked as unreadable. */
  private async readStreamRows(streamId: Uuid, from: number, to: number): Promise<readonly StoredRow[]> {
    const rows = await this.foreignEvents.markForeign(
      await this.query<RowWithMacs>(READ, [streamId, from, Math.min(to, LAST_VERSION)]),
    );
    return rows.map(({ eventMac, admission, ...row }) => row);
  }

  private readLogRows(after: number, limit: number, type?: string): Promise<StoredRow[]> {
    return type ? this.readLogOfType(after, limit, type) : this.query<StoredRow>(LOG, [after, limit]);
  }

  // Events of the type can be rare in a long log. So each statement reads only a limited range of positions, and no
  // statement runs for long.
  private async readLogOfType(after: number, limit: number, type: string): Promise<StoredRow[]> {
    const rows: StoredRow[] = [];
    const head = await this.head();
    for (let at = after; at < head && rows.length < limit; at += POSITIONS_PER_QUERY)
      rows.push(
        ...(await this.query<StoredRow>(LOG_OF_TYPE, [at, at + POSITIONS_PER_QUERY, limit - rows.length, type])),
      );
    return rows;
  }

  /**
   * If BEGIN of the current transaction was not sent yet, a read runs outside of the transaction. Otherwise the read
   * would have to send BEGIN first.
   */
  private query<Row extends object>(sql: Statement, values: unknown[]): Promise<Row[]> {
    const query = () => this.db.query<Row>(sql, values);
    return this.db.hasSentBegin() ? query() : this.db.outsideTransaction(query);
  }
}
