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
 * The result of the last check, remembered outside of the database. Otherwise a problem would disappear if somebody
 * deleted its row from the database, or put an earlier row back.
 */
export class LastCheckResult {
  private readonly remembered: Remembered<CheckResult>;

  /** @param path the file; without a path, only this process remembers the result */
  constructor(path?: string) {
    this.remembered = new Remembered(CheckResultShape, path, (one, other) => one.at > other.at);
  }

  keep(result: CheckResult): Promise<void> {
    return this.remembered.keep(result);
  }

  /** The problem that is not repaired yet, in view of the newest result in the database. */
  async problemAfter(stored: CheckResult | undefined): Promise<CheckResult['problem']> {
    const known = await this.remembered.read();
    if (stored && (!known || stored.at > known.at)) await this.remembered.keep(stored);
    if (stored?.problem) return stored.problem;
    return stored && known && stored.at > known.at ? null : (known?.problem ?? null);
  }
}
