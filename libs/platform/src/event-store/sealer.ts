import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { Database } from '#platform/database';
import type { Clock } from '#platform/system';
import { merkleRoot } from './merkle';
import type { SealKey } from './seal-key';
import { hashesBetween, insertSeal, lastSeal } from './seals.store';

const STRETCH = 1_000;
const LONGEST_MS = 10_000;

/** Signs the log every 1,000 positions, or 10 seconds after the first unsealed one. */
export class Sealer {
  private readonly log = new Logger('Sealer');
  private head = 0;
  private sealed = 0;
  private signature = '';
  private unsealedSince?: number;
  private restAfterTrouble = 0;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly key: SealKey,
  ) {}

  async begin(head: number): Promise<void> {
    const last = await lastSeal(this.db);
    this.sealed = last?.position ?? 0;
    this.signature = last?.signature ?? '';
    this.unsealedSince = undefined;
    if (this.sealed > head)
      this.log.error(`the log ends at ${head}, but it was sealed up to ${this.sealed}: it was cut`);
    this.reached(head);
  }

  reached(head: number): void {
    this.head = head;
    if (head > this.sealed) this.unsealedSince ??= performance.now();
  }

  /** Seals what is due, and says how many milliseconds there are until the next is. Trouble holds no numbering up. */
  async sealWhenDue(): Promise<number> {
    if (performance.now() < this.restAfterTrouble) return LONGEST_MS;
    try {
      while (this.head - this.sealed >= STRETCH) await this.seal(this.sealed + STRETCH);
      if (this.unsealedSince === undefined) return Infinity;
      const left = this.unsealedSince + LONGEST_MS - performance.now();
      if (left > 0) return left;
      await this.seal(this.head);
      return Infinity;
    } catch (error) {
      this.log.error(`sealing failed: ${(error as Error).message}`);
      this.restAfterTrouble = performance.now() + LONGEST_MS;
      return LONGEST_MS;
    }
  }

  async seal(position: number): Promise<void> {
    const after = this.sealed;
    const hashes = await hashesBetween(this.db, after, position);
    if (hashes.length !== position - after) throw new Error(`the log has gaps between ${after} and ${position}`);
    const unsigned = { after, position, root: merkleRoot(hashes), hash: hashes.at(-1)!, sealedAt: this.clock.now() };
    const seal = this.key.sign(unsigned, this.signature);
    crashPoint('sealer.signed');
    await insertSeal(this.db, seal);
    crashPoint('sealer.sealed');
    this.sealed = position;
    this.signature = seal.signature;
    this.unsealedSince = this.head > position ? performance.now() : undefined;
  }
}
