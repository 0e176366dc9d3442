import type { Logger } from '@nestjs/common';
import type { Leadership } from '#database/leadership';
import type { Branch } from '../outbox/branch';
import { inboxBelowMark } from './metrics';
import { allClaimants, freeStale } from './sweeps.store';

/**
 * The claims of a missing instance are freed after this time only, because an instance may soon get its number back
 * after an interrupted connection.
 */
const GRACE_PERIOD_MS = 2_000;
const FULL_LOOK_MS = 10_000;
/** A full look is repeated after a pause of this many times its own duration. */
const PAUSE_FACTOR = 100;

/** Updates the lane marks and frees the claims of dead instances. The worker calls it once a second. */
export class Sweeper {
  private readonly missing = new Map<number, number>();
  private nextWhole = 0;
  private readonly heard: ReadonlySet<string>;

  constructor(
    private readonly branch: Branch,
    private readonly leadership: Pick<Leadership, 'living'>,
    private readonly log: Logger,
  ) {
    this.heard = new Set(branch.handlers.heard);
  }

  async sweep(instance: number, held: readonly number[]): Promise<void> {
    const { db, context, handlers, marks } = this.branch;
    const began = performance.now();
    const whole = began >= this.nextWhole;
    const { below, claimants } = await marks.move(db, handlers.lanes, whole, this.heard);
    if (below) inboxBelowMark(context);
    const lanes = marks.of(handlers.lanes);
    const found = whole ? await allClaimants(db, lanes, marks.dueAfter) : claimants;
    if (whole) this.nextWhole = performance.now() + Math.max(FULL_LOOK_MS, PAUSE_FACTOR * (performance.now() - began));
    if (found.length === 0) return;
    const dead = await this.dead(found, instance);
    const freed = await freeStale(db, lanes, marks.dueAfter, dead, instance, held);
    if (freed > 0) this.log.warn(`the claims of ${freed} messages had no living owner: the messages are handled again`);
  }

  /**
   * Returns the claimants that have been missing long enough to be dead. The claims were read before the living
   * instances, so a new instance cannot seem dead.
   */
  private async dead(found: readonly number[], instance: number): Promise<number[]> {
    const living = found.every((one) => one === instance) ? found : await this.leadership.living();
    const now = performance.now();
    for (const number of this.missing.keys()) if (living.includes(number)) this.missing.delete(number);
    const absent = found.filter((one) => !living.includes(one));
    for (const number of absent) if (!this.missing.has(number)) this.missing.set(number, now);
    return absent.filter((number) => now - this.missing.get(number)! >= GRACE_PERIOD_MS);
  }
}
