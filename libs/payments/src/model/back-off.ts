const FIRST_MS = 200;
const LONGEST_MS = 60_000;

/** The wait in milliseconds before a provider is asked again. `unanswered`: how often it has not answered. */
export const backOff = (unanswered: number): number => Math.min(FIRST_MS * 2 ** unanswered, LONGEST_MS);
