import { Logger } from '@nestjs/common';
import type { Database } from '#platform/database';
import type { Clock } from '#platform/system';
import type { SealKey } from './seal-key';
import { lastEnd, sealStretch, STRETCH } from './sealing';

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
    const last = await lastEnd(this.db);
    this.sealed = last.position;
    this.signature = last.signature;
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
    const from = { position: this.sealed, signature: this.signature };
    const seal = await sealStretch(this.db, this.key, from, position, this.clock.now());
    const last = seal ?? (await lastEnd(this.db)); // for somebody's evidence it was sealed sooner
    if (last.position <= from.position) throw new Error(`the log cannot be sealed after position ${from.position}`);
    this.sealed = last.position;
    this.signature = last.signature;
    this.unsealedSince = this.head > this.sealed ? performance.now() : undefined;
  }
}
