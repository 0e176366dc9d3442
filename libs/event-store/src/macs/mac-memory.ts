import { z } from 'zod';
import { Remembered } from '#platform/system';

const FormatEndShape = z.object({ through: z.int().min(0), drawn: z.int().min(0) });
const ExceptionsShape = z.object({
  /** SHA-256 of the exceptions, in hex. Null if there are none. */
  digest: z.string().nullable(),
});

/** The last position, and the last number of a pending event, at the time when MACs began. */
export type FormatEnd = Readonly<z.infer<typeof FormatEndShape>>;

/**
 * Remembers outside of the database which events may be without a MAC. The database alone cannot tell this: if somebody
 * removes all MACs from it, it looks like a database from before the first MAC. The first value that is remembered stays
 * for ever.
 */
export class MacMemory {
  readonly firstFormat: Remembered<FormatEnd>;
  readonly exceptions: Remembered<z.infer<typeof ExceptionsShape>>;

  /** @param path the beginning of the names of the files; without a path, only this process remembers it */
  constructor(path?: string) {
    this.firstFormat = new Remembered(FormatEndShape, path && `${path}-first-format`);
    this.exceptions = new Remembered(ExceptionsShape, path && `${path}-mac-exceptions`);
  }

  /** Reads the files, so that a damaged file stops the start. Later this process uses its memory. */
  async load(): Promise<void> {
    await this.firstFormat.read();
    await this.exceptions.read();
  }
}
