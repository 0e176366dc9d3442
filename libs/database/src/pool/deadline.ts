/**
 * Tells a piece of work that its time is over. An AbortSignal does the same, but costs ten times as much. That is too
 * much, because each handled message needs a deadline.
 */
export class Deadline {
  private reason?: Error;
  private watcher?: (reason: Error) => void;

  pass(reason: Error): void {
    if (this.reason) return;
    this.reason = reason;
    this.watcher?.(reason);
  }

  /**
   * Calls the watcher once: when the deadline passes, or immediately if it has passed already. There can be only one
   * watcher.
   */
  watch(watcher: (reason: Error) => void): void {
    if (this.reason) watcher(this.reason);
    else this.watcher = watcher;
  }
}
