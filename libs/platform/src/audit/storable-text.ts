import { redactText } from '#platform/observability';

const LONGEST = 200;
/** The text was not validated yet, and Postgres cannot store NUL or half a surrogate pair. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;
const cut = (text: string): string => text.slice(0, LONGEST).replace(UNSTORABLE, '');

const LIKE_AN_ID = /^[\w:.-]*$/;
/**
 * Returns the target if it looks like an id, else `[no id]`. A caller may send an e-mail address instead of an id, and
 * the trail is never deleted.
 */
export function storableTarget(given: string): string {
  const text = cut(given);
  return LIKE_AN_ID.test(text) && redactText(text) === text ? text : '[no id]';
}

/** The caller's reason, without e-mail addresses and telephone numbers. */
export const storableReason = (given: string): string => redactText(cut(given));
