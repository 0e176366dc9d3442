import type { Logger } from '@nestjs/common';
import type { Leadership } from '#database/leadership';
import type { Branch } from '../outbox/branch';
import { inboxBelowMark } from './metrics';
import { allClaimants, freeStale } from './sweeps.store';

/**
 * A leadership session that was interrupted may come back with the same number, so its claims are not freed at once.
 */
const GRACE_MS = 2_000;
const WHOLE_MS = 10_000;
/** A full look is repeated after this many times its own duration. */
const SELDOM = 100;

/** Runs once a second. It moves the low marks, and frees the claims of dead instances. */
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
    if (whole) this.nextWhole = performance.now() + Math.max(WHOLE_MS, SELDOM * (performance.now() - began));
    if (found.length === 0) return;
    const dead = await this.dead(found, instance);
    const freed = await freeStale(db, lanes, marks.dueAfter, dead, instance, held);
    if (freed > 0) this.log.warn(`${freed} messages were claimed by nobody alive and are handled again`);
  }

  /**
   * The claims are read before the living instances. So an instance that had a claim and is not alive afterwards is
   * certainly dead.
   */
  private async dead(found: readonly number[], instance: number): Promise<number[]> {
    const living = found.every((one) => one === instance) ? found : await this.leadership.living();
    const now = performance.now();
    for (const number of this.missing.keys()) if (living.includes(number)) this.missing.delete(number);
    const gone = found.filter((one) => !living.includes(one));
    for (const number of gone) if (!this.missing.has(number)) this.missing.set(number, now);
    return gone.filter((number) => now - this.missing.get(number)! >= GRACE_MS);
  }
}
