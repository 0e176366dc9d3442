import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { EventBroken, voidVersionsOf, type Uuid } from '#kernel';
import { EventStore, instantOfEvent, type ProvedSeal, type RecordedEvent, type VerifyResult } from '#event-store';
import { OrderNotFound } from '../model/order-errors';
import { mustBeInLog } from './log-range.query';

export interface ShownEvent extends Omit<RecordedEvent, 'streamId' | 'timestamp' | 'unreadable' | 'instant'> {
  readonly orderId: Uuid;
  readonly timestamp: string;
  /** True if this build does not know the event's type, or does not know this schema version of the type. */
  readonly unknown?: true;
  /** True if the event's data does not match the schema of its type. */
  readonly broken?: true;
  /** True if a later event of the order declares this event void. */
  readonly void?: true;
  /** The values that the event's hash covers. Present only if they were requested. */
  readonly canonical?: readonly string[];
}

/** An event as it is stored, in the schema version in which it was written. Personal values stay sealed. */
export const showEvent = (event: RecordedEvent): ShownEvent => ({
  id: event.id,
  position: event.position,
  orderId: event.streamId,
  version: event.version,
  type: event.type,
  schemaVersion: event.schemaVersion,
  data: event.data,
  metadata: event.metadata,
  timestamp: instantOfEvent(event),
  hash: event.hash,
  ...(event.unreadable && (event.unreadable instanceof EventBroken ? { broken: true } : { unknown: true })),
});

/** Shows the events of a stream, and marks void events. */
export function showEvents(
  stream: readonly RecordedEvent[],
  voided: ReadonlySet<number> = voidVersionsOf(stream),
): readonly ShownEvent[] {
  return stream.map((event) => ({ ...showEvent(event), ...(voided.has(event.version) && { void: true }) }));
}

/** Adds to each event the values that its hash covers. */
async function withCanonical(store: EventStore, events: readonly ShownEvent[]): Promise<readonly ShownEvent[]> {
  const fields = await store.canonical(events.map(({ id }) => id));
  return events.map((event) => ({ ...event, canonical: fields.get(event.id) ?? [] }));
}

/** The raw stream of an order. */
export class OrderEvents extends Query<readonly ShownEvent[]> {
  constructor(
    readonly orderId: Uuid,
    /**
     * `after`: only events after this version. `limit`: at most this many events. `canonical`: also the values that the
     * hashes cover.
     */
    readonly part: { readonly after?: number; readonly limit?: number; readonly canonical?: boolean } = {},
  ) {
    super();
  }
}

@QueryHandler(OrderEvents)
export class OrderEventsHandler implements IQueryHandler<OrderEvents> {
  constructor(private readonly store: EventStore) {}

  async execute({ orderId, part: { after = 0, limit, canonical } }: OrderEvents): Promise<readonly ShownEvent[]> {
    const events = await this.store.readStored(orderId, after + 1, limit && after + limit);
    if (events.length === 0 && (after === 0 || (await this.store.readStored(orderId, 1, 1)).length === 0))
      throw new OrderNotFound();
    const shown = showEvents(events, await this.store.voidedOf(orderId));
    return canonical ? withCanonical(this.store, shown) : shown;
  }
}

export interface LogPage {
  readonly events: readonly ShownEvent[];
  /** The last position of the log when the query started. Later events are left out. */
  readonly head: number;
}

/** Reads the log by position. Returns one event more than the limit if there is another page. */
export class EventLog extends Query<LogPage> {
  constructor(
    readonly after: number,
    readonly limit: number,
    readonly type?: string,
    readonly canonical = false,
  ) {
    super();
  }
}

@QueryHandler(EventLog)
export class EventLogHandler implements IQueryHandler<EventLog> {
  constructor(private readonly store: EventStore) {}

  async execute({ after, limit, type, canonical }: EventLog): Promise<LogPage> {
    // Read before the events, because at the end of the log the next page starts after `head`.
    const head = await this.store.head();
    const events = await this.store.readStoredLog(after, limit + 1, type);
    const shown = events.filter(({ position }) => position! <= head).map(showEvent);
    return { events: canonical ? await withCanonical(this.store, shown) : shown, head };
  }
}

/** Verifies the whole log, or a part of the log. Throws InvalidInput for a range that is not in the log. */
export class VerifyEvents extends Query<VerifyResult> {
  constructor(
    readonly from?: number,
    readonly to?: number,
  ) {
    super();
  }
}

@QueryHandler(VerifyEvents)
export class VerifyEventsHandler implements IQueryHandler<VerifyEvents> {
  constructor(private readonly store: EventStore) {}

  async execute({ from, to }: VerifyEvents): Promise<VerifyResult> {
    mustBeInLog(await this.store.head(), from, to);
    return this.store.verify(from, to);
  }
}

/** Reads the seals of the log by position. Returns one seal more than the limit if there is another page. */
export class LogSeals extends Query<readonly ProvedSeal[]> {
  constructor(
    readonly after: number,
    readonly limit: number,
  ) {
    super();
  }
}

@QueryHandler(LogSeals)
export class LogSealsHandler implements IQueryHandler<LogSeals> {
  constructor(private readonly store: EventStore) {}

  execute({ after, limit }: LogSeals): Promise<readonly ProvedSeal[]> {
    return this.store.seals(after, limit + 1);
  }
}

/**
 * Exports the log, or a part of the log, as lines that can be checked offline. Throws InvalidInput for a range that is
 * not in the log.
 */
export class ExportEvents extends Query<AsyncGenerator<string>> {
  constructor(
    readonly from?: number,
    readonly to?: number,
  ) {
    super();
  }
}

@QueryHandler(ExportEvents)
export class ExportEventsHandler implements IQueryHandler<ExportEvents> {
  constructor(private readonly store: EventStore) {}

  async execute({ from, to }: ExportEvents): Promise<AsyncGenerator<string>> {
    mustBeInLog(await this.store.head(), from, to);
    return this.store.export(from, to);
  }
}
