import type { ContextName } from '#platform/config';
import type { Database } from '#database';
import { subscribedTypes } from './subscriptions.store';

/** What a receiver's own table said. `readAt` is the time before the question was sent, in monotonic milliseconds. */
export interface Subscribed {
  readonly types: ReadonlySet<string>;
  readonly readAt: number;
}

/** What each receiver subscribed to, by its own table. One question serves all senders of this process. */
export class SubscriptionCache {
  private readonly known = new Map<ContextName, Subscribed>();
  private readonly asking = new Map<ContextName, { readonly answer: Promise<Subscribed>; readonly at: number }>();

  constructor(private readonly databaseOf: (context: ContextName) => Database) {}

  /** The last answer, however old it is. It asks nothing. */
  remembered(context: ContextName): Subscribed | undefined {
    return this.known.get(context);
  }

  /**
   * An answer that is not older than that. Rejects if the receiver cannot be asked, or if no process of it was ever
   * started.
   */
  async notOlderThan(milliseconds: number, context: ContextName): Promise<Subscribed> {
    const known = this.known.get(context);
    if (known && performance.now() - known.readAt <= milliseconds) return known;
    const asked = this.asking.get(context);
    // A question that was sent long ago gives an old answer, so it is not shared.
    if (asked && performance.now() - asked.at <= milliseconds) return asked.answer;
    const question = { answer: this.ask(context), at: performance.now() };
    this.asking.set(context, question);
    const over = () => this.asking.get(context) === question && this.asking.delete(context);
    question.answer.then(over, over);
    return question.answer;
  }

  private async ask(context: ContextName): Promise<Subscribed> {
    const readAt = performance.now();
    const { types, opened } = await subscribedTypes(this.databaseOf(context));
    if (!opened) throw new Error(`${context} was never opened`);
    const found = { types: new Set(types), readAt };
    if (readAt >= (this.known.get(context)?.readAt ?? 0)) this.known.set(context, found);
    return found;
  }
}
