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
 * The waiting time in ms after failure number `failure` (from 1). It doubles each time. `random` in [0, 1) adds ±25 %.
 */
export function backoff(failure: number, random: number, longest = LONGEST_MS): number {
  const wait = Math.min(FIRST_MS * 2 ** Math.min(failure - 1, 30), longest);
  return Math.round(wait * (0.75 + random / 2));
}

/** The failures of a message so far. */
export interface Failures {
  readonly attempts: number;
  readonly waits: number;
  /** Seconds since the message's first counted failure. 0 before it, and after a dead letter is redriven. */
  readonly failingFor: number;
}

export type RetryDecision =
  { readonly dead: true } | { readonly dead: false; readonly afterMs: number; readonly counted: boolean };

/**
 * Decides what to do with a message whose handling failed. A fault of the environment does not count as an attempt, and
 * never makes a dead letter. A message that the newest build cannot decode becomes a dead letter at once.
 */
export function decideRetry(
  error: unknown,
  failures: Failures,
  policy: RetryPolicy,
  isNewestBuild: boolean,
  random: number,
): RetryDecision {
  if (error instanceof NotForThisBuild) return { dead: false, afterMs: 0, counted: false };
  if (error instanceof Undecodable)
    return isNewestBuild
      ? { dead: true }
      : { dead: false, afterMs: backoff(failures.waits + 1, random), counted: false };
  if (isEnvironmental(error)) {
    const longest = isLocked(error) ? LOCKED_LONGEST_MS : LONGEST_MS;
    return { dead: false, afterMs: backoff(failures.waits + 1, random, longest), counted: false };
  }
  const attempt = failures.attempts + 1;
  // A person has redriven the message, and watches this attempt. The message should not block its key for another hour
  // before it can be dropped.
  const isRedriven = failures.attempts >= policy.attempts && failures.failingFor === 0;
  if (isRedriven && !(error instanceof RetryLater)) return { dead: true };
  if (attempt >= policy.attempts && failures.failingFor >= policy.atLeastSeconds) return { dead: true };
  if (error instanceof RetryLater) {
    const longest = attempt > NOT_YET_ATTEMPTS ? LONGEST_MS : NOT_YET_LONGEST_MS;
    return { dead: false, afterMs: error.afterMs ?? backoff(attempt, random, longest), counted: true };
  }
  return { dead: false, afterMs: backoff(attempt, random), counted: true };
}
