import { redactText } from '#platform/observability';

const LONGEST = 200;
/** Postgres cannot store NUL or half a surrogate pair. The text can contain them, because it was not validated yet. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;
const cut = (text: string): string => text.slice(0, LONGEST).replace(UNSTORABLE, '');

const LIKE_AN_ID = /^[\w:.-]*$/;
/**
 * Returns the target if it looks like an id, else `[no id]`. A caller can send an e-mail address instead of an id, and
 * personal data must not be stored, because the trail is never deleted.
 */
export function storableTarget(given: string): string {
  const text = cut(given);
  return LIKE_AN_ID.test(text) && redactText(text) === text ? text : '[no id]';
}

/** The caller's reason, without e-mail addresses and telephone numbers. */
export const storableReason = (given: string): string => redactText(cut(given));
