/** This many messages of a handler are hastened at once. Each of them that succeeds hastens as many again. */
const AT_ONCE = 100;
/** This many messages of a handler are remembered. Others are tried again when their own waiting time is over. */
const REMEMBERED = 10_000;

/**
 * Messages that failed because of their environment (a missing table or right, a full disk), by handler. They wait up
 * to a minute between two attempts. When one of them succeeds, the environment is well again, and the others need not
 * wait.
 */
export class Stalled {
  private readonly byHandler = new Map<string, Set<number>>();

  add(handler: string, seq: number): void {
    const waiting = this.byHandler.get(handler) ?? new Set();
    if (waiting.size < REMEMBERED) waiting.add(seq);
    this.byHandler.set(handler, waiting);
  }

  /** Call this when a message is done. If it was stalled, this returns the messages of its handler to hasten. */
  succeeded(handler: string, seq: number): readonly number[] {
    const waiting = this.byHandler.get(handler);
    if (!waiting?.delete(seq)) return [];
    const others = [...waiting].slice(0, AT_ONCE);
    for (const other of others) waiting.delete(other);
    return others;
  }
}
