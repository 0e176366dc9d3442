/** How often a request is repeated before staff must look. With the growing waiting times this is after 55 minutes. */
export const MOST_ASKED = 8;

const FIRST_SECONDS = 30;
const LONGEST_SECONDS = 600;

/** How many seconds a saga waits for an answer before it repeats its request; longer after each repetition. */
export const secondsUntilAskedAgain = (asked: number): number => Math.min(FIRST_SECONDS * 2 ** asked, LONGEST_SECONDS);
