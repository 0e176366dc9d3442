import { setTimeout as pause } from 'node:timers/promises';
import { FollowLetters } from '#messaging/dead-letters';
import type { Shop } from '../shop-opener';

const POLL_MS = 250;

export interface RedriveOutcome {
  readonly id: string;
  readonly state: 'done' | 'waiting' | 'dead';
  readonly attempts: number;
  readonly error: string | null;
}

/** Waits until each message is done or a dead letter again, but not longer than `seconds`. */
export async function waitForLetters(
  shop: Shop,
  ids: readonly string[],
  seconds: number,
): Promise<readonly RedriveOutcome[]> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    const found = await shop.query(new FollowLetters(ids));
    const outcomes = found.map(({ id, state, attempts, error }) => ({ id, state, attempts, error }));
    if (performance.now() >= end || outcomes.every(({ state }) => state !== 'waiting')) return outcomes;
    await pause(POLL_MS);
  }
}
