/**
 * Whether the process is starting, open for requests, or stopping. The signal `draining` is aborted when the process
 * begins to stop. Streams to clients then end.
 */
export class ShopState {
  private readonly stopping = new AbortController();
  private started = false;
  private resolveOpened!: () => void;
  /** Resolves when every module has started and every handler is known. */
  readonly opened = new Promise<void>((resolve) => (this.resolveOpened = resolve));
  /** How many requests are being answered now. */
  inFlight = 0;

  get ready(): boolean {
    return this.started && !this.isDraining;
  }

  get isDraining(): boolean {
    return this.stopping.signal.aborted;
  }

  get draining(): AbortSignal {
    return this.stopping.signal;
  }

  open(): void {
    this.started = true;
    this.resolveOpened();
  }

  drain(): void {
    this.stopping.abort();
  }
}
