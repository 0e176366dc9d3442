import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { EventStore, type RecordedEvent, type VerifyResult } from '#platform/event-store';
import { OrderNotFound } from '../model/order-errors';

export interface ShownEvent extends Omit<RecordedEvent, 'timestamp' | 'unreadable'> {
  readonly timestamp: string;
  /** This build does not know the type, or not this schema version of it. */
  readonly unknown?: true;
}

/** An event as it is stored, in the schema version it was written in; what is personal still sealed. */
export const showEvent = (event: RecordedEvent): ShownEvent => ({
  id: event.id,
  position: event.position,
  orderId: event.orderId,
  version: event.version,
  type: event.type,
  schemaVersion: event.schemaVersion,
  data: event.data,
  metadata: event.metadata,
  timestamp: event.timestamp.toISOString(),
  hash: event.hash,
  ...(event.unreadable && { unknown: true }),
});

/** The raw stream of an order. */
export class OrderEvents extends Query<readonly ShownEvent[]> {
  constructor(readonly orderId: Uuid) {
    super();
  }
}

@QueryHandler(OrderEvents)
export class OrderEventsHandler implements IQueryHandler<OrderEvents> {
  constructor(private readonly store: EventStore) {}

  async execute({ orderId }: OrderEvents): Promise<readonly ShownEvent[]> {
    const events = await this.store.readStored(orderId);
    if (events.length === 0) throw new OrderNotFound();
    return events.map(showEvent);
  }
}

export interface LogPage {
  readonly events: readonly ShownEvent[];
  readonly head: number;
}

/** The log by position; one more than the limit when there are more. */
export class EventLog extends Query<LogPage> {
  constructor(
    readonly after: number,
    readonly limit: number,
    readonly type?: string,
  ) {
    super();
  }
}

@QueryHandler(EventLog)
export class EventLogHandler implements IQueryHandler<EventLog> {
  constructor(private readonly store: EventStore) {}

  async execute({ after, limit, type }: EventLog): Promise<LogPage> {
    const events = await this.store.readStoredLog(after, limit + 1, type);
    return { events: events.map(showEvent), head: await this.store.head() };
  }
}

/** Walks the chain of hashes over the whole log. */
export class VerifyEvents extends Query<VerifyResult> {}

@QueryHandler(VerifyEvents)
export class VerifyEventsHandler implements IQueryHandler<VerifyEvents> {
  constructor(private readonly store: EventStore) {}

  execute(): Promise<VerifyResult> {
    return this.store.verify();
  }
}
