import type { Housed } from './postgres';

type Stop = (code: number) => void;

/**
 * SIGTERM and SIGINT, from the first moment on, so that a database that the start has begun does not outlive the
 * process.
 */
export class Signals {
  private stop: Stop | undefined = (code) => process.exit(code);
  private come = false;
  /** A signal came while the shop was starting, and the process is about to end. */
  leaving = false;

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.heard());
  }

  /** A signal that comes meanwhile waits for the database, so that it can be stopped in order. */
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

  /** From now on a signal calls this function; at once if a signal has come already. */
  call(stop: Stop): void {
    this.stop = stop;
    if (this.come) stop(0);
  }

  private heard(): void {
    this.come = true;
    this.stop?.(0);
  }
}
