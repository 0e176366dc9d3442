import type { Leadership } from '#platform/leadership';

/** Word of the log within the process and between processes: hints that spare a wait, never the truth. */
export class LogSignals {
  private readonly appendedListeners = new Set<() => void>();
  private readonly numberedListeners = new Set<(head: number) => void>();

  constructor(
    readonly context: string,
    private readonly leadership: Leadership,
  ) {
    leadership.onWord((word) => this.hear(word));
  }

  get sequencer(): string {
    return `${this.context} sequencer`;
  }

  /** Something was committed: the sequencer has work. */
  appended(): void {
    if (this.leadership.leads(this.sequencer)) this.call();
    else this.leadership.notify(this.word('appended'));
  }

  /** Positions were given out. */
  numbered(head: number): void {
    this.tell(head);
    if (this.leadership.hasPeers) this.leadership.notify(this.word(`numbered ${head}`));
  }

  onAppended(listener: () => void): () => void {
    this.appendedListeners.add(listener);
    return () => this.appendedListeners.delete(listener);
  }

  onNumbered(listener: (head: number) => void): () => void {
    this.numberedListeners.add(listener);
    return () => this.numberedListeners.delete(listener);
  }

  private hear(word: string): void {
    if (word === this.word('appended')) return this.call();
    const head = Number(word.startsWith(this.word('numbered ')) ? word.split(' ').at(-1) : Number.NaN);
    if (Number.isSafeInteger(head)) this.tell(head);
  }

  private word(what: string): string {
    return `${this.context} log ${what}`;
  }

  private call(): void {
    for (const listener of this.appendedListeners) listener();
  }

  private tell(head: number): void {
    for (const listener of this.numberedListeners) listener(head);
  }
}
