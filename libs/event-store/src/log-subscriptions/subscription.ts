import type { RecordedEvent } from '#event-store';

/** Code that follows the log and has its own position in it. */
export interface LogSubscription {
  /** The name of the subscription's checkpoint. The name must never change. */
  readonly name: string;
  /** Where a new subscription begins: at the first event, at the next new event, or after this position. */
  readonly from: 'start' | 'now' | number;
  /** The event types that the subscription receives. By default, it receives all types. */
  readonly types?: readonly string[];
  /**
   * Runs in a transaction of the context's database, and the same transaction moves the checkpoint. So the handler's
   * writes in this database happen exactly once, in the order of the log. Its effects elsewhere happen at least once.
   * If the handler throws, the event is tried again, and the subscription stays at this event until the handler
   * succeeds.
   */
  readonly handler: (event: RecordedEvent) => Promise<unknown>;
}
