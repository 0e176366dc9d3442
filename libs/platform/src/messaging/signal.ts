/** A doorbell: whoever waits is called by the next ring, and a ring that nobody waited for is not forgotten. */
export class Signal {
  private raised = false;
  private waiting?: () => void;
  private readonly listeners: (() => void)[] = [];

  raise(): void {
    for (const listener of this.listeners) listener();
    this.ring();
  }

  /** The same, without telling other processes. */
  ring(): void {
    this.raised = true;
    this.waiting?.();
  }

  onRaise(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Until it rings, or `milliseconds` have passed, or `stop` is aborted. For one waiter at a time. */
  async wait(milliseconds: number, stop?: AbortSignal): Promise<void> {
    if (!this.raised && !stop?.aborted) {
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
    this.raised = false;
  }
}
