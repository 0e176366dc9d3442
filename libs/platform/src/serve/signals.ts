import type { Housed } from './postgres';

type Stop = (code: number) => void;

/**
 * Handles SIGTERM and SIGINT from the first moment on, so that a database server that was just started does not outlive
 * the process.
 */
export class Signals {
  private stop: Stop | undefined = (code) => process.exit(code);
  private isReceived = false;
  /** True if a signal came while the shop was starting: the process is about to end. */
  leaving = false;

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.receive());
  }

  /** Waits for the database. A signal takes effect only afterwards, so that the database can be stopped in order. */
  async after(housing: Promise<Housed>): Promise<Housed> {
    this.stop = undefined;
    const housed = await housing.catch((error: Error) => {
      this.call((code) => process.exit(code));
      throw error;
    });
    this.call((code) => {
      this.leaving = true;
      void housed
        .stop()
        .catch((error: unknown) => process.stderr.write(`The database did not stop: ${String(error)}\n`))
        .then(() => process.exit(code));
    });
    return housed;
  }

  /** From now on a signal calls `stop`. If a signal was received already, `stop` is called at once. */
  call(stop: Stop): void {
    this.stop = stop;
    if (this.isReceived) stop(0);
  }

  private receive(): void {
    this.isReceived = true;
    this.stop?.(0);
  }
}
