const FIRST_MS = 200;
const LONGEST_MS = 60_000;

/** The wait in milliseconds before the next call. `unanswered`: how many calls the provider has not answered. */
export const backOff = (unanswered: number): number => Math.min(FIRST_MS * 2 ** unanswered, LONGEST_MS);
