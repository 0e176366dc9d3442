import { z } from 'zod';
import { Remembered } from '#platform/system';

const FormatEndShape = z.object({ through: z.int().min(0), drawn: z.int().min(0) });
const ExceptionsShape = z.object({
  /** SHA-256 of the exceptions, in hex. Null if there are none. */
  digest: z.string().nullable(),
});

/**
 * The state when MACs were introduced: the last position (`through`), and the last number of a pending event (`drawn`).
 */
export type FormatEnd = Readonly<z.infer<typeof FormatEndShape>>;

/**
 * Remembers outside of the database which events are allowed to be without a MAC. The database alone cannot prove this:
 * if somebody removes all MACs, the database looks as if MACs had not been introduced yet. The first remembered value
 * is never replaced.
 */
export class MacMemory {
  readonly firstFormat: Remembered<FormatEnd>;
  readonly exceptions: Remembered<z.infer<typeof ExceptionsShape>>;

  /** @param path the first part of the file names; without a path, the values are only in the memory of this process */
  constructor(path?: string) {
    this.firstFormat = new Remembered(FormatEndShape, path && `${path}-first-format`);
    this.exceptions = new Remembered(ExceptionsShape, path && `${path}-mac-exceptions`);
  }

  /** Reads the files at the start, so that the process does not start if a file is damaged. */
  async load(): Promise<void> {
    await this.firstFormat.read();
    await this.exceptions.read();
  }
}
