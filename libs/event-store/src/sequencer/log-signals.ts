import type { Leadership } from '#database/leadership';

/**
 * Notifications about the log, within the process and between processes. A notification can be lost, so code that waits
 * for a notification must also check for new events from time to time.
 */
export class LogSignals {
  private readonly appendedListeners = new Set<() => void>();
  private readonly numberedListeners = new Set<(head: number) => void>();

  private head = 0;

  constructor(
    readonly context: string,
    private readonly leadership: Leadership,
  ) {
    leadership.onNotification((text) => this.handleNotification(text));
    leadership.onReopened(() => {
      this.notifyAppended();
      this.notifyNumbered(this.head);
    });
  }

  get sequencerTask(): string {
    return `${this.context} sequencer`;
  }

  /** Tells the sequencer that events were committed. */
  announceAppended(): void {
    if (this.leadership.leads(this.sequencerTask)) this.notifyAppended();
    else this.leadership.notify(this.notificationText('appended'));
  }

  /** Tells the listeners in all processes that events were numbered up to `head`. */
  announceNumbered(head: number): void {
    this.notifyNumbered(head);
    if (this.leadership.hasPeers) this.leadership.notify(this.notificationText(`numbered ${head}`));
  }

  onAppended(listener: () => void): () => void {
    this.appendedListeners.add(listener);
    return () => this.appendedListeners.delete(listener);
  }

  onNumbered(listener: (head: number) => void): () => void {
    this.numberedListeners.add(listener);
    return () => this.numberedListeners.delete(listener);
  }

  private handleNotification(text: string): void {
    if (text === this.notificationText('appended')) return this.notifyAppended();
    const head = Number(text.startsWith(this.notificationText('numbered ')) ? text.split(' ').at(-1) : Number.NaN);
    if (Number.isSafeInteger(head)) this.notifyNumbered(head);
  }

  private notificationText(what: string): string {
    return `${this.context} log ${what}`;
  }

  private notifyAppended(): void {
    for (const listener of this.appendedListeners) listener();
  }

  private notifyNumbered(head: number): void {
    this.head = Math.max(this.head, head);
    for (const listener of this.numberedListeners) listener(head);
  }
}
