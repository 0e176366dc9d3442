/** Wakes a waiting loop. If no loop is waiting, the next `wait` returns at once. */
export class Signal {
  private isRaised = false;
  private waiting?: () => void;
  private readonly listeners: (() => void)[] = [];

  /** Wakes the loop, and calls the listeners, which notify other processes. */
  raise(): void {
    for (const listener of this.listeners) listener();
    this.ring();
  }

  /** Like `raise`, but does not call the listeners, so other processes are not notified. */
  ring(): void {
    this.isRaised = true;
    this.waiting?.();
  }

  onRaise(listener: () => void): void {
    this.listeners.push(listener);
  }

  /**
   * Waits until the signal is raised, until `milliseconds` have passed, or until `stop` is aborted. Only one caller may
   * wait at a time.
   */
  async wait(milliseconds: number, stop?: AbortSignal): Promise<void> {
    if (!this.isRaised && !stop?.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          stop?.removeEventListener('abort', done);
          this.waiting = undefined;
          resolve();
        };
        const timer = setTimeout(done, milliseconds);
        stop?.addEventListener('abort', done, { once: true });
        this.waiting = done;
      });
    }
    this.isRaised = false;
  }
}
