import { Logger } from '@nestjs/common';
import { MOST_SEALED_AT_ONCE, stopsSealing, type SealChain } from './seal-chain';
import { readUnsealedMs } from './seals.store';

const LONGEST_MS = 10_000;

/** Signs the log every 1,000 positions, or 10 seconds after the first unsealed event. */
export class Sealer {
  private readonly log = new Logger('Sealer');
  private head = 0;
  private sealed = 0;
  private unsealedSince?: number;
  private pausedUntil = 0;

  constructor(private readonly chain: SealChain) {}

  async begin(head: number): Promise<void> {
    this.sealed = 0;
    this.unsealedSince = undefined;
    try {
      this.sealed = (await this.chain.readCheckedEnd()).position;
      if (head > this.sealed) this.unsealedSince = performance.now() - (await this.measureWait());
    } catch (error) {
      if (!stopsSealing(error)) throw error; // numbering must continue
      this.log.error(`nothing can be sealed until an operator repairs this: ${error.message}`);
    }
    this.setHead(head);
  }

  setHead(head: number): void {
    this.head = head;
    if (head > this.sealed) this.unsealedSince ??= performance.now();
  }

  /**
   * Makes a seal if it is time for a seal. Returns the milliseconds until the next seal is due. Errors are only logged,
   * because events must still be numbered.
   */
  async sealWhenDue(): Promise<number> {
    if (performance.now() < this.pausedUntil) return LONGEST_MS;
    try {
      while (this.head - this.sealed >= MOST_SEALED_AT_ONCE) await this.seal(this.sealed + MOST_SEALED_AT_ONCE);
      if (this.unsealedSince === undefined) return Infinity;
      const dueInMs = this.unsealedSince + LONGEST_MS - performance.now();
      if (dueInMs > 0) return dueInMs;
      await this.seal(this.head);
      return Infinity;
    } catch (error) {
      this.log.error(`sealing failed: ${(error as Error).message}`);
      this.pausedUntil = performance.now() + LONGEST_MS;
      return LONGEST_MS;
    }
  }

  /**
   * Runs when this process stops numbering. Otherwise the last events would have no seal while the shop does not run.
   */
  async sealRest(): Promise<void> {
    if (this.head <= this.sealed) return;
    await this.chain
      .sealThrough(this.head)
      .catch((error: Error) => this.log.warn(`the last events were not sealed: ${error.message}`));
  }

  async seal(position: number): Promise<void> {
    this.sealed = (await this.chain.seal(position)).position;
    this.unsealedSince = this.head > this.sealed ? performance.now() : undefined;
  }

  /**
   * How long the oldest unsealed event has waited, in milliseconds, at most LONGEST_MS. If the last process was killed,
   * old events are perhaps without a seal. Then these events are sealed at once.
   */
  private async measureWait(): Promise<number> {
    const age = await readUnsealedMs(this.chain.db, this.sealed);
    if (age > LONGEST_MS)
      this.log.warn(`the events after position ${this.sealed} waited ${Math.round(age / 1_000)} s for their seal`);
    return Math.min(age, LONGEST_MS);
  }
}
