/**
 * How many times a request is repeated before the saga is parked. Because the waits grow, the saga is parked after 55
 * minutes.
 */
export const MAX_REPEATS = 8;

const FIRST_SECONDS = 30;
const LONGEST_SECONDS = 600;

/**
 * Seconds that a saga waits for an answer before it repeats its request. Each wait is twice as long as the wait before,
 * up to 10 minutes.
 */
export const secondsUntilAskedAgain = (asked: number): number => Math.min(FIRST_SECONDS * 2 ** asked, LONGEST_SECONDS);
