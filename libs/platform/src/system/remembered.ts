import type { z } from 'zod';
import { RememberedFile } from './remembered-file';

/**
 * A value that is remembered outside the database, so that nobody can change it by writing to the database. It is in
 * the memory of this process and, if there is a path, also in a file. An older value never replaces a newer value.
 */
export class Remembered<Content> {
  private readonly file?: RememberedFile<Content>;
  /** What this process knows without reading the file. */
  inMemory?: Content;
  private lastWrite: Promise<unknown> = Promise.resolve();

  constructor(
    shape: z.ZodType<Content>,
    path?: string,
    /** Whether `one` replaces `other`. Without this function, the first value is never replaced. */
    private readonly isNewer?: (one: Content, other: Content) => boolean,
  ) {
    if (path !== undefined) this.file = new RememberedFile(path, shape);
  }

  /**
   * Returns the newer of the values in memory and in the file, or undefined if nothing is remembered. Throws
   * UnusableSealAnchor.
   */
  async read(): Promise<Content | undefined> {
    if (this.inMemory !== undefined && !this.isNewer) return this.inMemory;
    const written = await this.file?.read();
    if (written !== undefined) this.keepInMemory(written);
    return this.inMemory;
  }

  /**
   * Remembers the value if it is newer than the remembered value. Resolves when the file has the newer value. Throws
   * UnusableSealAnchor.
   */
  keep(value: Content): Promise<void> {
    this.keepInMemory(value);
    const done = this.lastWrite.then(async () => {
      const written = await this.file?.read();
      if (written === undefined || this.isNewer?.(value, written)) await this.file?.write(value);
    });
    this.lastWrite = done.catch(() => undefined);
    return done;
  }

  private keepInMemory(value: Content): void {
    if (this.inMemory === undefined || this.isNewer?.(value, this.inMemory)) this.inMemory = value;
  }
}
