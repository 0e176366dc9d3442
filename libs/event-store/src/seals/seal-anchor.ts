import { z } from 'zod';
import { RememberedFile } from './remembered-file';

const Known = z.strictObject({
  position: z.int().min(0),
  signature: z.string(),
  hash: z.string(),
  count: z.int().min(0),
  record: z.int().min(0),
  recordSignature: z.string(),
});

/** The end of the seals: the newest seal, and the newest record about the seals. */
export type Anchored = Readonly<z.infer<typeof Known>>;

/** Before the first seal. */
export const NOTHING_SEALED: Anchored = {
  position: 0,
  signature: '',
  hash: '',
  count: 0,
  record: 0,
  recordSignature: '',
};

const isNewer = (one: Anchored, other: Anchored): boolean =>
  one.record > other.record || (one.record === other.record && one.position > other.position);

/**
 * Remembers the newest seal where nobody can change it by writing to the database: in this process, and in a file. An
 * older end never replaces a newer one. The end with the higher record number is newer, and with equal record numbers
 * the end with the higher position.
 */
export class SealAnchor {
  private readonly kept?: RememberedFile<Anchored>;
  private memory?: Anchored;
  private turn: Promise<unknown> = Promise.resolve();

  /** @param file where it is stored; without a file only this process remembers it */
  constructor(readonly file?: string) {
    if (file !== undefined) this.kept = new RememberedFile(file, Known);
  }

  /** Returns undefined if nothing is remembered yet. Throws UnusableSealAnchor. */
  async newest(): Promise<Anchored | undefined> {
    const written = await this.kept?.read();
    if (written && (!this.memory || isNewer(written, this.memory))) this.memory = written;
    return this.memory;
  }

  /** Whether nothing is remembered, so that the start has nothing to compare the database with. */
  async isMissing(): Promise<boolean> {
    return this.kept ? (await this.kept.read()) === undefined : this.memory === undefined;
  }

  /**
   * Remembers this end if it is newer. It does not create a missing file. Only `create` does, after an `adopted` record
   * was stored.
   */
  keep(newest: Anchored): Promise<void> {
    if (!this.memory || isNewer(newest, this.memory)) this.memory = newest;
    return this.inTurn(async () => {
      const written = await this.kept?.read();
      if (written && isNewer(newest, written)) await this.kept?.write(newest);
    });
  }

  create(newest: Anchored): Promise<void> {
    this.memory = newest;
    return this.inTurn(async () => this.kept?.write(newest));
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}
