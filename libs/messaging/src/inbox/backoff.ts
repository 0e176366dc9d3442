import { isEnvironmental, isLocked } from '#database';
import { NotForThisBuild, RetryLater, Undecodable } from '../messages/errors';

/** A message becomes a dead letter after this many attempts, but not before this many seconds have passed. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly atLeastSeconds: number;
}

export const RETRY: RetryPolicy = { attempts: 10, atLeastSeconds: 3_600 };

const FIRST_MS = 50;
const LONGEST_MS = 60_000;
const LOCKED_LONGEST_MS = 1_000;
const NOT_YET_LONGEST_MS = 1_000;
/** After this many attempts, `RetryLater` has the same waiting times as any other error. */
const NOT_YET_ATTEMPTS = 60;

/**
 * The waiting time in ms after failure number `failure` (from 1). It doubles each time. `dice` in [0, 1) adds ±25 %.
 */
export function backoff(failure: number, dice: number, longest = LONGEST_MS): number {
  const wait = Math.min(FIRST_MS * 2 ** Math.min(failure - 1, 30), longest);
  return Math.round(wait * (0.75 + dice / 2));
}

/** The failures of a message so far. */
export interface Trials {
  readonly attempts: number;
  readonly waits: number;
  /** Seconds since the message's first counted failure. */
  readonly failingFor: number;
}

export type Verdict =
  { readonly dead: true } | { readonly dead: false; readonly afterMs: number; readonly counted: boolean };

/**
 * Decides what to do with a message whose handling failed. A fault of the environment does not count as an attempt, and
 * never makes a dead letter. A message that the newest build cannot decode becomes a dead letter at once.
 */
export function verdict(error: unknown, seen: Trials, policy: RetryPolicy, newest: boolean, dice: number): Verdict {
  if (error instanceof NotForThisBuild) return { dead: false, afterMs: 0, counted: false };
  if (error instanceof Undecodable)
    return newest ? { dead: true } : { dead: false, afterMs: backoff(seen.waits + 1, dice), counted: false };
  if (isEnvironmental(error)) {
    const longest = isLocked(error) ? LOCKED_LONGEST_MS : LONGEST_MS;
    return { dead: false, afterMs: backoff(seen.waits + 1, dice, longest), counted: false };
  }
  const attempt = seen.attempts + 1;
  if (attempt >= policy.attempts && seen.failingFor >= policy.atLeastSeconds) return { dead: true };
  if (error instanceof RetryLater) {
    const longest = attempt > NOT_YET_ATTEMPTS ? LONGEST_MS : NOT_YET_LONGEST_MS;
    return { dead: false, afterMs: error.afterMs ?? backoff(attempt, dice, longest), counted: true };
  }
  return { dead: false, afterMs: backoff(attempt, dice), counted: true };
}
