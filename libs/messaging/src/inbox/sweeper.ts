import type { Logger } from '@nestjs/common';
import type { Leadership } from '#database/leadership';
import { activity } from '#platform/system';
import type { MessageEndpoint } from '../outbox/message-endpoint';
import { countInboxBelowMark } from './metrics';
import { readAllClaimants, readOtherLanes, freeStaleClaims, type LaneMark } from './sweeps.store';

/**
 * The claims of a missing instance are freed only after this time. After an interrupted connection, an instance can
 * soon get its number back.
 */
const GRACE_PERIOD_MS = 2_000;
const FULL_READ_MS = 10_000;
const FULL_READ_WHEN_IDLE_MS = 60_000;
/** A full read ignores the marks. It is repeated after a pause of this many times its own duration. */
const PAUSE_FACTOR = 100;

/** Earlier than the time at which any held message is due. */
const FROM_THE_BEGINNING = -1e9;

interface ClaimSearch {
  readonly lanes: readonly LaneMark[];
  readonly dueAfter: number;
  readonly instance: number;
  /** The messages that this instance is handling. */
  readonly inWork: readonly number[];
  /** The instances with claims in the lanes, if they are known already. */
  readonly claimants?: readonly number[];
}

/** Updates the lane marks and frees the claims of dead instances. The worker calls it once a second. */
export class Sweeper {
  private readonly missing = new Map<number, number>();
  private nextFullReadAt = 0;
  private readonly handlerTypes: ReadonlySet<string>;

  constructor(
    private readonly endpoint: MessageEndpoint,
    private readonly leadership: Pick<Leadership, 'living'>,
    private readonly log: Logger,
  ) {
    this.handlerTypes = new Set(endpoint.handlers.handlerTypes);
  }

  async sweep(instance: number, inWork: readonly number[]): Promise<void> {
    const { db, context, handlers, marks } = this.endpoint;
    const began = performance.now();
    const isFullRead = began >= this.nextFullReadAt;
    const { hasOpenBelow, claimants } = await marks.update(db, handlers.lanes, isFullRead, this.handlerTypes);
    if (hasOpenBelow) countInboxBelowMark(context);
    await this.freeClaims({
      ...{ lanes: marks.marksOf(handlers.lanes), dueAfter: marks.dueAfter, instance, inWork },
      ...(!isFullRead && { claimants }),
    });
    if (!isFullRead) return;
    // A killed process of another build can have claims in lanes that this build does not have.
    const otherLanes = await readOtherLanes(db, handlers.lanes);
    marks.otherLanes = otherLanes.map(({ lane }) => lane);
    if (otherLanes.length > 0)
      await this.freeClaims({ lanes: otherLanes, dueAfter: FROM_THE_BEGINNING, instance, inWork });
    const pauseMs = activity.isIdle ? FULL_READ_WHEN_IDLE_MS : FULL_READ_MS;
    this.nextFullReadAt = performance.now() + Math.max(pauseMs, PAUSE_FACTOR * (performance.now() - began));
  }

  private async freeClaims({ lanes, dueAfter, instance, inWork, claimants }: ClaimSearch): Promise<void> {
    const { db } = this.endpoint;
    const found = claimants ?? (await readAllClaimants(db, lanes, dueAfter));
    if (found.length === 0) return;
    const dead = await this.findDead(found, instance);
    const freed = await freeStaleClaims(db, lanes, dueAfter, dead, instance, inWork);
    if (freed > 0)
      this.log.warn(`freed ${freed} claims that no process was working on: their messages are handled again`);
  }

  /**
   * Returns the claimants that have been missing long enough to be dead. The claims were read before the living
   * instances, so a new instance cannot seem dead.
   */
  private async findDead(found: readonly number[], instance: number): Promise<number[]> {
    const living = found.every((one) => one === instance) ? found : await this.leadership.living();
    const now = performance.now();
    for (const number of this.missing.keys()) if (living.includes(number)) this.missing.delete(number);
    const absent = found.filter((one) => !living.includes(one));
    for (const number of absent) if (!this.missing.has(number)) this.missing.set(number, now);
    return absent.filter((number) => now - this.missing.get(number)! >= GRACE_PERIOD_MS);
  }
}
