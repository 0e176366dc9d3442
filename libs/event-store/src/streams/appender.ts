import { crashPoint } from '#crash-points';
import { derivedId, type Uuid } from '#kernel';
import { SqlState, statement, type Statement } from '#database';
import {
  ClaimLost,
  currentTrace,
  requestTrace,
  timersToCancel,
  timersToSet,
  type Envelope,
  type HandOverResult,
  type Outbox,
  type UnitOfWork,
} from '#messaging';
import type { MacKey } from '#platform/macs';
import { canonicalJson } from '#platform/canonical';
import { AppendGroups, type Written } from './append-groups';
import { appendStatement } from './append-statement';
import { CommandIdTaken, VersionConflict } from './errors';
import { eventMac } from '../macs/event-mac';
import type { Append, Appended, RecordedEvent } from './events';
import type { LookUp } from './guard';
import type { LogSignals } from '../sequencer/log-signals';
import type { StreamDatabase } from './stream-database';
import { named } from './table-names';

type Collected = ReturnType<UnitOfWork['takeCollected']>;

interface PreparedEvent {
  readonly id: Uuid;
  /** `text` is the event's data as JSON text. `data` is the same data as it will be read. */
  readonly text: string;
  readonly data: object;
  readonly mac: Buffer;
}

const REFUSAL_CAUSE = statement(
  'append-why',
  `select coalesce((select version from ${named.heads} where ${named.stream} = $1), 0) as version,
     (select ${named.stream} from ${named.events} where id = $2) as "streamId",
     $3::bigint is null or exists (
       select from inbox where seq = $3::bigint and message_id = $4::uuid and claimed_by = $5::int and state = 'waiting') as claimed`,
);

/** The id of a message that the append of a command sends. `index` is the index of the message in `Append.messages`. */
export const idOfMessage = (commandId: Uuid, index: number): Uuid => derivedId(commandId, 'message', index);

/** Writes one append, or throws the reason for the refusal. */
export class Appender {
  private readonly groups: AppendGroups;

  constructor(
    private readonly db: StreamDatabase,
    private readonly outbox: Outbox,
    private readonly signals: LogSignals,
    private readonly macKey: MacKey,
  ) {
    this.groups = new AppendGroups(db, outbox);
  }

  /** Returns undefined if the command has already appended to this stream. */
  async append(given: Append): Promise<Appended | undefined> {
    const unit = given.claimed && this.outbox.unit(); // undefined for a message of another context, which cannot be marked as done here
    unit?.throwIfExpired();
    const append: Append = { ...given, claimed: unit?.claimed };
    const collected = unit?.takeCollected() ?? { messages: [], timers: [] };
    // If a handler has not queried the database yet, it needs no transaction: this statement writes everything.
    const isOwnTransaction = !this.db.inTransaction() || (unit !== undefined && !this.db.hasSentBegin());
    const runOutsideIfOwn = <T>(work: () => Promise<T>) =>
      isOwnTransaction ? this.db.outsideTransaction(work) : work();
    let written = false;
    crashPoint('append.before', append.events[0].type);
    try {
      const events = this.withMacs(append);
      const row = await this.write(append, events, collected, isOwnTransaction);
      written = row.version !== null;
      crashPoint('append.written', append.events[0].type);
      if (row.version === null) return await runOutsideIfOwn(() => this.explain(append));
      unit?.recordDone();
      if (isOwnTransaction) this.notifyReaders(row, collected);
      else this.db.afterCommit(() => this.notifyReaders(row, collected));
      return { version: row.version, repeated: false, events: appendedEvents(append, events, row.timestamp) };
    } finally {
      if (!written) returnToUnit(unit, collected);
    }
  }

  private write(
    append: Append,
    prepared: readonly PreparedEvent[],
    collected: Collected,
    isOwnTransaction: boolean,
  ): Promise<Written> {
    const { streamId, expectedVersion, events, guards = [], claimed } = append;
    const messages = [...collected.messages, ...this.makeEnvelopes(append)];
    const metadata = JSON.stringify(append.metadata);
    if (!isOwnTransaction) return this.appendAlone(append, prepared, metadata, messages, collected.timers);
    const appendAlone = () =>
      this.db.outsideTransaction(() => this.appendAlone(append, prepared, metadata, messages, collected.timers));
    if (events.length > 1 || guards.length > 0 || collected.timers.length > 0) return appendAlone();
    const [{ id: eventId, text: data, mac }] = prepared;
    const [{ type, schemaVersion }] = events;
    return this.groups.write(
      { streamId, expectedVersion, eventId, type, schemaVersion, data, metadata, mac, messages, claimed },
      appendAlone,
    );
  }

  /** The events as they will be stored, each with the MAC that the sequencer checks. */
  private withMacs({ streamId, expectedVersion, commandId, events, metadata }: Append): PreparedEvent[] {
    const metadataText = canonicalJson(metadata);
    return events.map(({ type, schemaVersion, data: given }, index) => {
      const text = JSON.stringify(given);
      const data = JSON.parse(text) as object;
      const id = derivedId(commandId, index);
      const fields = {
        id,
        streamId: streamId.toLowerCase(),
        version: expectedVersion + index + 1,
        type,
        schemaVersion,
      };
      return { id, text, data, mac: eventMac(this.macKey, fields, data, metadataText) };
    });
  }

  private async appendAlone(
    append: Append,
    prepared: readonly PreparedEvent[],
    metadata: string,
    messages: readonly Envelope[],
    timers: Collected['timers'],
  ): Promise<Written> {
    const { streamId, expectedVersion, commandId, events, guards = [], claimed } = append;
    const single = events.length === 1;
    const oneOrAll = <T>(values: readonly T[]): T | readonly T[] => (single ? values[0] : values);
    const sending = this.outbox.sending(messages);
    const parts = {
      single,
      messages: messages.length > 0 ? sending.way : undefined,
      claim: claimed !== undefined,
      timers: timers.length > 0,
    };
    const { sql, values } = appendStatement(parts, guards, {
      ...{ streamId, commandId, expectedVersion, metadata },
      id: oneOrAll(prepared.map(({ id }) => id)),
      type: oneOrAll(events.map(({ type }) => type)),
      schemaVersion: oneOrAll(events.map(({ schemaVersion }) => schemaVersion)),
      data: oneOrAll(prepared.map(({ text }) => text)),
      mac: oneOrAll(prepared.map(({ mac }) => mac)),
      ...(parts.messages && { messages: sending.value }),
      ...claimed,
      ...(parts.timers && { timersToSet: timersToSet(timers), timersToCancel: timersToCancel(timers) }),
    });
    try {
      const [{ handed, ...row }] = await this.db.query<Written & { handed: HandOverResult | null }>(sql, values);
      return { ...row, sent: () => sending.sent(handed) };
    } catch (error) {
      throw await this.translateError(error as { code?: string; constraint?: string }, append);
    }
  }

  /**
   * The envelopes of the messages. Their ids are derived from the command's id, like the ids of events. In a handler
   * the trace comes from the handled message.
   */
  private makeEnvelopes({ messages = [], commandId, metadata }: Append) {
    if (messages.length === 0) return [];
    const trace = this.outbox.unit()
      ? undefined
      : {
          ...requestTrace(),
          ...currentTrace(),
          correlationId: metadata.correlationId,
          causationId: commandId,
          ...(metadata.requestId && { requestId: metadata.requestId }),
        };
    return this.outbox.envelopes(messages, (index) => idOfMessage(commandId, index), trace);
  }

  /** Called when nothing was written. Returns undefined for a repeated command, and otherwise throws the reason. */
  private async explain({ streamId, commandId, expectedVersion, claimed, guards = [] }: Append): Promise<undefined> {
    const values = [
      streamId,
      derivedId(commandId, 0),
      claimed?.seq ?? null,
      claimed?.messageId ?? null,
      claimed?.claimedBy ?? null,
    ];
    const [row] = await this.db.query<{ version: number; streamId: string | null; claimed: boolean }>(
      REFUSAL_CAUSE,
      values,
    );
    const cause = row;
    if (!cause.claimed) throw new ClaimLost(this.outbox.unit()?.handler ?? 'an append', claimed!.seq);
    if (cause.streamId === streamId) return undefined;
    if (cause.streamId) throw new CommandIdTaken(commandId);
    const lookUp: LookUp = (sql, values) => this.db.query(sql, values);
    for (const { guard, values: guardValues } of guards) {
      const refusal = await guard.missing?.(guardValues, lookUp);
      if (refusal) throw refusal;
    }
    throw new VersionConflict(streamId, expectedVersion, cause.version);
  }

  // The transaction has just failed. The row that caused the conflict is committed, so it can be read outside this
  // transaction.
  private async translateError(error: { code?: string; constraint?: string }, append: Append): Promise<unknown> {
    const { code, constraint } = error;
    if (code !== SqlState.uniqueViolation || constraint === undefined) return error;
    if (constraint === `${this.db.tables.events}_pkey`) return new CommandIdTaken(append.commandId);
    for (const { guard, values } of append.guards ?? []) {
      const refusal = await guard.violated?.[constraint]?.(values, this.lookUpOutside);
      if (refusal) return refusal;
    }
    return error;
  }

  private readonly lookUpOutside: LookUp = <Row extends object>(sql: Statement, values: unknown[]) =>
    this.db.outsideTransaction(() => this.db.query<Row>(sql, values));

  private notifyReaders({ sent }: Written, { timers }: Collected): void {
    this.signals.announceAppended();
    this.outbox.wakeTimers(timers);
    sent?.();
  }
}

function returnToUnit(unit: UnitOfWork | undefined, { messages, timers }: Collected): void {
  if (messages.length > 0) unit?.collectMessages(messages);
  if (timers.length > 0) unit?.collectTimers(timers);
}

const appendedEvents = (
  { streamId, expectedVersion, events, metadata }: Append,
  prepared: readonly PreparedEvent[],
  timestamp: Date,
): RecordedEvent[] =>
  events.map(({ type, schemaVersion }, index) => ({
    id: prepared[index].id,
    streamId,
    version: expectedVersion + index + 1,
    position: null,
    type,
    schemaVersion,
    data: prepared[index].data,
    metadata,
    timestamp,
    hash: null,
  }));
