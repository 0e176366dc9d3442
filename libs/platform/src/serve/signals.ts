import type { PreparedDatabase } from './postgres';

type Stop = (code: number) => void;

/**
 * Handles SIGTERM and SIGINT from the start of the process. Otherwise a signal during the start could end the process
 * and leave the new database server running.
 */
export class Signals {
  private stop: Stop | undefined = (code) => process.exit(code);
  private isReceived = false;
  /** True if a signal came while the shop was starting: the process is about to end. */
  isStopping = false;

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.receive());
  }

  /**
   * Waits for the database. A signal that comes meanwhile takes effect afterwards, so that the database can be stopped
   * in order.
   */
  async waitForDatabase(preparing: Promise<PreparedDatabase>): Promise<PreparedDatabase> {
    this.stop = undefined;
    const database = await preparing.catch((error: Error) => {
      this.stopWith((code) => process.exit(code));
      throw error;
    });
    this.stopWith((code) => {
      this.isStopping = true;
      void database
        .stop()
        .catch((error: unknown) => process.stderr.write(`The database did not stop: ${String(error)}\n`))
        .then(() => process.exit(code));
    });
    return database;
  }

  /** From now on a signal calls `stop`. If a signal was received already, `stop` is called at once. */
  stopWith(stop: Stop): void {
    this.stop = stop;
    if (this.isReceived) stop(0);
  }

  private receive(): void {
    this.isReceived = true;
    this.stop?.(0);
  }
}
