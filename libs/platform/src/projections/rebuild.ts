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

/** The states in which the rebuilder works on it; a paused one is left alone, and still in the way of the next. */
export const underWay = ['preparing', 'replaying', 'catching-up', 'comparing', 'ready'] as const;

export const isUnderWay = (state: RebuildState): boolean => (underWay as readonly string[]).includes(state);

export interface RebuildRow {
  readonly id: Uuid;
  readonly name: string;
  readonly relation: string;
  readonly state: RebuildState;
  readonly goLive: GoesLive;
  readonly orders: readonly Uuid[] | null;
  /** The log's head when it was asked for: replaying ends there, catching up begins. */
  readonly target: number;
  readonly done: number;
  readonly total: number;
  readonly error: string | null;
  readonly askedAt: Date;
  readonly changedAt: Date;
  readonly pausedFrom: RebuildState | null;
  /** The table that was live before; once this one is. */
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
  /** Events; neither done nor total ever falls. */
  readonly done: number;
  readonly total: number;
  readonly percent: number;
  readonly ratePerSecond: number;
  readonly secondsLeft: number | null;
  /** It goes slowly, because the shop's own work has become slow. */
  readonly throttled: boolean;
  /** Orders whose events the reducer could not digest. */
  readonly setAside: number;
  /** A rollback was asked for and is on its way: the kept table is being caught up. */
  readonly rollingBack: boolean;
  readonly error: string | null;
  readonly askedAt: string;
  readonly changedAt: string;
}
