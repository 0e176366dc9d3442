/** At most this many messages of a handler become due at once. Each message that succeeds makes as many others due. */
const AT_ONCE = 100;
/** At most this many messages of a handler are remembered. The others are retried when their waiting time is over. */
const REMEMBERED = 10_000;

/**
 * Messages that failed because of their environment (a missing table or right, a full disk), by handler. They wait up
 * to a minute between two attempts. When one of them succeeds, the fault is gone, so the others can be retried at once.
 */
export class StalledMessages {
  private readonly byHandler = new Map<string, Set<number>>();

  add(handler: string, seq: number): void {
    const waiting = this.byHandler.get(handler) ?? new Set();
    if (waiting.size < REMEMBERED) waiting.add(seq);
    this.byHandler.set(handler, waiting);
  }

  /** Call this when a message is done. If it was stalled, this returns other messages that can be retried now. */
  recordSuccess(handler: string, seq: number): readonly number[] {
    const waiting = this.byHandler.get(handler);
    if (!waiting?.delete(seq)) return [];
    const others = [...waiting].slice(0, AT_ONCE);
    for (const other of others) waiting.delete(other);
    return others;
  }
}
