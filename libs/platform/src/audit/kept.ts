import { redactText } from '#platform/observability';

const LONGEST = 200;
/** Nothing has been checked yet. NUL and half a surrogate pair cannot be stored. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;
const cut = (text: string): string => text.slice(0, LONGEST).replace(UNSTORABLE, '');

const LIKE_AN_ID = /^[\w:.-]*$/;
/**
 * The trail is kept for ever, and anybody can type somebody's address where an id belongs. That is refused, and not
 * stored.
 */
export function keptTarget(given: string): string {
  const text = cut(given);
  return LIKE_AN_ID.test(text) && redactText(text) === text ? text : '[no id]';
}

/** The words of the person who did it, without e-mail addresses and telephone numbers. */
export const keptReason = (given: string): string => redactText(cut(given));
