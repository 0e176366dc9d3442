/**
 * Tells a piece of work that its time is over. An AbortSignal does the same at ten times the cost, which is too much
 * for each message that is handled.
 */
export class Deadline {
  private reason?: Error;
  private watcher?: (reason: Error) => void;

  pass(reason: Error): void {
    if (this.reason) return;
    this.reason = reason;
    this.watcher?.(reason);
  }

  /** Called once, or at once if the time is over already. For one watcher. */
  watch(watcher: (reason: Error) => void): void {
    if (this.reason) watcher(this.reason);
    else this.watcher = watcher;
  }
}
