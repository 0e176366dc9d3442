import { RetryLater, Undecodable } from './errors';

export const MAX_ATTEMPTS = 10;

const FIRST_MS = 50;
const LONGEST_MS = 60_000;
const NOT_YET_LONGEST_MS = 1_000;

/** How long to wait after the nth failed attempt (from 1): doubled each time; `dice` in [0, 1) spreads it by ±25 %. */
export function backoff(attempt: number, dice: number, longest = LONGEST_MS): number {
  const wait = Math.min(FIRST_MS * 2 ** (attempt - 1), longest);
  return Math.round(wait * (0.75 + dice / 2));
}

export type Verdict = { readonly dead: true } | { readonly dead: false; readonly afterMs: number };

/** What becomes of a message whose handling failed for the nth time. */
export function verdict(error: unknown, attempt: number, dice: number): Verdict {
  if (error instanceof Undecodable || attempt >= MAX_ATTEMPTS) return { dead: true };
  if (error instanceof RetryLater)
    return { dead: false, afterMs: error.afterMs ?? backoff(attempt, dice, NOT_YET_LONGEST_MS) };
  return { dead: false, afterMs: backoff(attempt, dice) };
}
