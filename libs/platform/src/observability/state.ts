/** Whether the process is starting, open or stopping. Probes read it, and streams to clients end on `draining`. */
export class ShopState {
  private readonly leaving = new AbortController();
  private started = false;
  private opens!: () => void;
  /** Resolves when every module has started and every handler is known. */
  readonly opened = new Promise<void>((resolve) => (this.opens = resolve));
  /** Requests being answered right now. */
  inFlight = 0;

  get ready(): boolean {
    return this.started && !this.isDraining;
  }

  get isDraining(): boolean {
    return this.leaving.signal.aborted;
  }

  get draining(): AbortSignal {
    return this.leaving.signal;
  }

  open(): void {
    this.started = true;
    this.opens();
  }

  drain(): void {
    this.leaving.abort();
  }
}
