import { newFinding, type Found } from '../verifications/findings';
import { merkleRoot } from './merkle';
import { readLogEnd } from '../sequencer/pending';
import type { Seal, SealKey } from './seal-key';
import { readHashesBetween, readLastSeal, readSealBefore, readSealsFrom, readUnsealedMs } from './seals.store';
import type { StreamDatabase } from '../streams/stream-database';

const PAGE = 100;

/** Events should be sealed within ten seconds, but a shop that starts, stops or is under load can need longer. */
export const LONGEST_UNSEALED_MS = 60_000;

/**
 * Checks the seals while the log is read. Each seal must be signed, follow the seal before, and match the hashes that
 * it covers.
 */
export class SealCheck {
  count = 0;
  sealedThrough = 0;
  private previous = '';
  private page: Seal[] = [];
  private hashes: string[] = [];

  constructor(
    private readonly db: StreamDatabase,
    private readonly key: SealKey,
  ) {}

  async begin(start: number): Promise<void> {
    const before = await readSealBefore(this.db, start);
    this.previous = before?.signature ?? '';
    this.sealedThrough = before?.position ?? 0;
    this.page = await readSealsFrom(this.db, start, PAGE);
    if (this.page.length > 0) this.hashes = await readHashesBetween(this.db, this.sealedThrough, start - 1);
  }

  /**
   * Takes the next rows of the log, and returns findings about seals that do not match these rows. After a finding, the
   * next seal is checked as if the bad seal were correct.
   */
  async checkRows(rows: readonly { readonly position: number; readonly hash: string }[]): Promise<Found[]> {
    const findings: Found[] = [];
    for (const { position, hash } of rows) {
      while (this.page.length > 0 && this.page[0].position < position) await this.finishSeal(this.page[0], findings);
      const seal = this.page[0];
      if (!seal) continue; // not sealed yet
      this.hashes.push(hash);
      if (position === seal.position) await this.finishSeal(seal, findings);
    }
    return findings;
  }

  /**
   * The log must still reach the position of the last seal. The oldest event after this position must not have waited
   * too long for its seal.
   */
  async checkEnd(): Promise<Found | undefined> {
    const last = await readLastSeal(this.db);
    const head = (await readLogEnd(this.db))?.position ?? 0;
    const sealed = last?.position ?? 0;
    if (sealed > head)
      return newFinding('cut', head + 1, null, `the log was sealed up to ${sealed} and ends at ${head}`);
    const waited = head > sealed ? await readUnsealedMs(this.db, sealed) : 0;
    if (waited <= LONGEST_UNSEALED_MS) return undefined;
    const seconds = Math.round(waited / 1_000);
    return newFinding(
      'unsealed',
      sealed + 1,
      null,
      `positions ${sealed + 1} to ${head} have had no seal for ${seconds} s`,
    );
  }

  private async finishSeal(seal: Seal, findings: Found[]): Promise<void> {
    const found = this.problemOf(seal);
    if (found) findings.push(found);
    else this.count += 1;
    this.sealedThrough = seal.position;
    this.previous = seal.signature;
    this.hashes = [];
    this.page.shift();
    if (this.page.length === 0) this.page = await readSealsFrom(this.db, seal.position + 1, PAGE);
  }

  private problemOf(seal: Seal): Found | undefined {
    const { position, after } = seal;
    if (after !== this.sealedThrough)
      return newFinding(
        'seal',
        this.sealedThrough + 1,
        null,
        `the seal after position ${this.sealedThrough} is missing`,
      );
    if (!this.key.hasSigned(seal, this.previous))
      return newFinding('seal', position, null, `the seal at position ${position} is not signed by this shop`);
    if (merkleRoot(this.hashes) !== seal.root || this.hashes.at(-1) !== seal.hash)
      return newFinding('recomputed', after + 1, null, `positions ${after + 1} to ${position} are not what was sealed`);
    return undefined;
  }
}
