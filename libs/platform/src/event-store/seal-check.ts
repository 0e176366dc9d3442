import type { Database } from '#platform/database';
import { bad, type Tampered } from './findings';
import { merkleRoot } from './merkle';
import { lastNumbered } from './pending';
import type { Seal, SealKey } from './seal-key';
import { hashesBetween, lastSeal, sealBefore, sealsFrom } from './seals.store';

const PAGE = 100;

/** Walks the seals beside the log: each must be signed, follow on the one before, and fit the hashes it covers. */
export class SealCheck {
  count = 0;
  through = 0;
  private previous = '';
  private page: Seal[] = [];
  private hashes: string[] = [];

  constructor(
    private readonly db: Database,
    private readonly key: SealKey,
  ) {}

  async begin(start: number): Promise<void> {
    const before = await sealBefore(this.db, start);
    this.previous = before?.signature ?? '';
    this.through = before?.position ?? 0;
    this.page = await sealsFrom(this.db, start, PAGE);
    if (this.page.length > 0) this.hashes = await hashesBetween(this.db, this.through, start - 1);
  }

  /** The log's next rows, known to be chained; the first seal that does not fit them is returned. */
  async covers(rows: readonly { readonly position: number; readonly hash: string }[]): Promise<Tampered | undefined> {
    for (const { position, hash } of rows) {
      const seal = this.page[0];
      if (!seal) continue; // not sealed yet
      this.hashes.push(hash);
      if (position < seal.position) continue;
      const unfit = this.unfit(seal);
      if (unfit) return unfit;
      this.count += 1;
      this.through = seal.position;
      this.previous = seal.signature;
      this.hashes = [];
      this.page.shift();
      if (this.page.length === 0) this.page = await sealsFrom(this.db, position + 1, PAGE);
    }
    return undefined;
  }

  /** The last seal vouches that the log went at least so far. */
  async end(): Promise<Tampered | undefined> {
    const last = await lastSeal(this.db);
    const head = (await lastNumbered(this.db))?.position ?? 0;
    if (!last || last.position <= head) return undefined;
    return bad('cut', head + 1, null, `the log was sealed up to ${last.position} and ends at ${head}`);
  }

  private unfit(seal: Seal): Tampered | undefined {
    const { position, after } = seal;
    if (after !== this.through)
      return bad('seal', this.through + 1, null, `the seal after position ${this.through} is missing`);
    if (!this.key.vouchesFor(seal, this.previous))
      return bad('seal', position, null, `the seal at position ${position} does not bear our signature`);
    if (merkleRoot(this.hashes) !== seal.root || this.hashes.at(-1) !== seal.hash)
      return bad('recomputed', after + 1, null, `positions ${after + 1} to ${position} are not what was sealed`);
    return undefined;
  }
}
