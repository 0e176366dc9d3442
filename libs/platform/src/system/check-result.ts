import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { Remembered } from './remembered';

const CheckResultShape = z.object({
  /** When the check began, in milliseconds since 1970 by the clock of the database. */
  at: z.number(),
  /** Null if the check found nothing. */
  problem: z.object({ message: z.string(), found: z.int().min(1) }).nullable(),
});

/** What a check of stored data found. */
export type CheckResult = Readonly<z.infer<typeof CheckResultShape>>;

/**
 * The result of the last check. It is also remembered outside the database. Otherwise somebody could hide a problem by
 * deleting its row from the database, or by replacing the row with an earlier row.
 */
export class LastCheckResult {
  private readonly log = new Logger('LastCheckResult');
  private readonly remembered: Remembered<CheckResult>;

  /** @param path the file; without a path, only this process remembers the result */
  constructor(path?: string) {
    this.remembered = new Remembered(CheckResultShape, path, (one, other) => one.at > other.at);
  }

  async keep(result: CheckResult): Promise<void> {
    await this.remembered.keep(result).catch((error: Error) => this.log.error(error.message));
  }

  /** Returns the problem that is not repaired yet, or null. `stored` is the newest result in the database. */
  async problemAfter(stored: CheckResult | undefined): Promise<CheckResult['problem']> {
    const known = await this.readRemembered();
    if (stored && (!known || stored.at > known.at)) await this.keep(stored);
    if (stored?.problem) return stored.problem;
    return stored && known && stored.at > known.at ? null : (known?.problem ?? null);
  }

  /** A file that cannot be used must not hide a problem that is in the database. */
  private async readRemembered(): Promise<CheckResult | undefined> {
    try {
      return await this.remembered.read();
    } catch (error) {
      this.log.error((error as Error).message);
      return this.remembered.inMemory;
    }
  }
}
