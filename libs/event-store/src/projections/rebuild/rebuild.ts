import type { Uuid } from '#kernel';

export const rebuildStates = [
  'preparing',
  'replaying',
  'catching-up',
  'comparing',
  'ready',
  'live',
  'paused',
  'cancelled',
  'failed',
  'rolled-back',
] as const;

export type RebuildState = (typeof rebuildStates)[number];

export type GoesLive = 'manual' | 'auto';

/**
 * The states in which the rebuilder works on a rebuild. While a rebuild is in one of these states or paused, no other
 * rebuild can start.
 */
export const underWay = ['preparing', 'replaying', 'catching-up', 'comparing', 'ready'] as const;

export const isUnderWay = (state: RebuildState): boolean => (underWay as readonly string[]).includes(state);

export interface RebuildRow {
  readonly id: Uuid;
  readonly name: string;
  readonly relation: string;
  readonly state: RebuildState;
  readonly goLive: GoesLive;
  readonly orders: readonly Uuid[] | null;
  /**
   * The last position of the log when the rebuild was requested. At this position replaying ends, and catching up
   * begins.
   */
  readonly target: number;
  readonly done: number;
  readonly total: number;
  readonly error: string | null;
  readonly askedBy: string | null;
  readonly askedAt: Date;
  readonly changedAt: Date;
  readonly pausedFrom: RebuildState | null;
  /** The table that was live before this rebuild went live; null until then. */
  readonly replaced: string | null;
  readonly rollbackAsked: Date | null;
  readonly throttled: boolean;
}

export interface Rebuild {
  readonly id: Uuid;
  readonly projection: string;
  readonly version: number;
  readonly state: RebuildState;
  readonly goLive: GoesLive;
  readonly orders: readonly Uuid[] | null;
  /** A number of events. `done` and `total` never decrease. */
  readonly done: number;
  readonly total: number;
  readonly percent: number;
  readonly ratePerSecond: number;
  readonly secondsLeft: number | null;
  /** The rebuild is slowed down, because the shop's own work has become slow. */
  readonly throttled: boolean;
  /** Orders with an event that the reducer could not use. */
  readonly setAside: number;
  /** A rollback was requested and is running: the kept table is catching up. */
  readonly rollingBack: boolean;
  readonly error: string | null;
  /** The id of the user who requested the rebuild, or `command line`, or `upgrade`. */
  readonly askedBy: string | null;
  readonly askedAt: string;
  readonly changedAt: string;
}

/** The cursor after a page of rebuilds: the last rebuild of the page. */
export interface RebuildCursor {
  readonly at: string;
  readonly id: Uuid;
}

export interface ListedRebuild {
  readonly rebuild: Rebuild;
  readonly place: RebuildCursor;
}
