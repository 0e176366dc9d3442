import { z } from 'zod';
import { RememberedFile } from '#platform/system';

const EndShape = z.strictObject({
  position: z.int().min(0),
  signature: z.string(),
  hash: z.string(),
  count: z.int().min(0),
  record: z.int().min(0),
  recordSignature: z.string(),
});

/** The end of the seals: the newest seal, and the newest record about the seals. */
export type EndOfSeals = Readonly<z.infer<typeof EndShape>>;

/** The end of the seals before the first seal. */
export const NOTHING_SEALED: EndOfSeals = {
  position: 0,
  signature: '',
  hash: '',
  count: 0,
  record: 0,
  recordSignature: '',
};

const isNewer = (one: EndOfSeals, other: EndOfSeals): boolean =>
  one.record > other.record || (one.record === other.record && one.position > other.position);

/**
 * Remembers the end of the seals in this process and in a file, where a write to the database cannot change it. An
 * older end never replaces a newer end. The end with the higher record number is newer. If the record numbers are
 * equal, the end with the higher position is newer.
 */
export class SealAnchor {
  private readonly savedEnd?: RememberedFile<EndOfSeals>;
  private inMemory?: EndOfSeals;
  private lastWrite: Promise<unknown> = Promise.resolve();

  /** @param file the file that stores the end; without a file, only this process remembers the end */
  constructor(readonly file?: string) {
    if (file !== undefined) this.savedEnd = new RememberedFile(file, EndShape);
  }

  /** Returns undefined if no end is remembered yet. Throws UnusableSealAnchor. */
  async newest(): Promise<EndOfSeals | undefined> {
    const written = await this.savedEnd?.read();
    if (written && (!this.inMemory || isNewer(written, this.inMemory))) this.inMemory = written;
    return this.inMemory;
  }

  /** Whether no end is remembered. Then the start cannot compare the database with a remembered end. */
  async isMissing(): Promise<boolean> {
    return this.savedEnd ? (await this.savedEnd.read()) === undefined : this.inMemory === undefined;
  }

  /**
   * Remembers this end if it is newer than the remembered end. It never creates the file, because an `adopted` record
   * must be stored before: see `create`.
   */
  remember(newest: EndOfSeals): Promise<void> {
    if (!this.inMemory || isNewer(newest, this.inMemory)) this.inMemory = newest;
    return this.runInOrder(async () => {
      const written = await this.savedEnd?.read();
      if (written && isNewer(newest, written)) await this.savedEnd?.write(newest);
    });
  }

  create(newest: EndOfSeals): Promise<void> {
    this.inMemory = newest;
    return this.runInOrder(async () => this.savedEnd?.write(newest));
  }

  private runInOrder(work: () => Promise<void>): Promise<void> {
    const done = this.lastWrite.then(work);
    this.lastWrite = done.catch(() => undefined);
    return done;
  }
}
