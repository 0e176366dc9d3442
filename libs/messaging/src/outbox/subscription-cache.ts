import type { ContextName } from '#platform/config';
import type { Database } from '#database';
import { readSubscribedTypes } from './subscriptions.store';

/** The types in a receiver's table of subscriptions. */
export interface SubscribedTypes {
  readonly types: ReadonlySet<string>;
  /** When the read began, in monotonic milliseconds. */
  readonly readAt: number;
  /** The same time by the clock of the receiver's database. */
  readonly databaseTime: string;
}

/** Caches the subscriptions of each receiver, read from its own table. All senders of this process share one read. */
export class SubscriptionCache {
  private readonly known = new Map<ContextName, SubscribedTypes>();
  private readonly running = new Map<ContextName, { readonly answer: Promise<SubscribedTypes>; readonly at: number }>();

  constructor(private readonly databaseOf: (context: ContextName) => Database) {}

  /** The last answer, of any age. This method sends no query. */
  lastRead(context: ContextName): SubscribedTypes | undefined {
    return this.known.get(context);
  }

  /**
   * Returns an answer that is at most this old. Rejects if the receiver's database cannot be read, or if no process of
   * this context was ever started.
   */
  async getNotOlderThan(milliseconds: number, context: ContextName): Promise<SubscribedTypes> {
    const known = this.known.get(context);
    if (known && performance.now() - known.readAt <= milliseconds) return known;
    const current = this.running.get(context);
    // A running query that began too long ago is not shared, because its answer is too old.
    if (current && performance.now() - current.at <= milliseconds) return current.answer;
    const query = { answer: this.readFrom(context), at: performance.now() };
    this.running.set(context, query);
    const removeRunning = () => this.running.get(context) === query && this.running.delete(context);
    query.answer.then(removeRunning, removeRunning);
    return query.answer;
  }

  private async readFrom(context: ContextName): Promise<SubscribedTypes> {
    const readAt = performance.now();
    const { types, opened, at } = await readSubscribedTypes(this.databaseOf(context));
    if (!opened) throw new Error(`no process of ${context} has ever run on this database`);
    const found = { types: new Set(types), readAt, databaseTime: at };
    if (readAt >= (this.known.get(context)?.readAt ?? 0)) this.known.set(context, found);
    return found;
  }
}
