import type { z } from 'zod';
import { RememberedFile } from './remembered-file';

/**
 * A value that is remembered outside of the database, where a write to the database cannot change it: in the memory of
 * this process and, if there is a path, in a file. An older value never replaces a newer one.
 */
export class Remembered<Content> {
  private readonly file?: RememberedFile<Content>;
  /** What this process knows without reading the file. */
  inMemory?: Content;
  private lastWrite: Promise<unknown> = Promise.resolve();

  constructor(
    shape: z.ZodType<Content>,
    path?: string,
    /** Without this function, the first value stays for ever. */
    private readonly isNewer?: (one: Content, other: Content) => boolean,
  ) {
    if (path !== undefined) this.file = new RememberedFile(path, shape);
  }

  /** The newest value of the memory and the file. Undefined if nothing is remembered. Throws UnusableSealAnchor. */
  async read(): Promise<Content | undefined> {
    if (this.inMemory !== undefined && !this.isNewer) return this.inMemory;
    const written = await this.file?.read();
    if (written !== undefined) this.keepInMemory(written);
    return this.inMemory;
  }

  /** Remembers the value if it is newer. Resolves when it is in the file. Throws UnusableSealAnchor. */
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
