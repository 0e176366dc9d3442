import { redactText } from '#platform/observability';

const LONGEST = 200;
/** Nothing has been checked yet: NUL and half a surrogate pair cannot be stored. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;
const cut = (text: string): string => text.slice(0, LONGEST).replace(UNSTORABLE, '');

const LIKE_AN_ID = /^[\w:.-]*$/;
/** The trail is for ever, and anybody can type anybody's address where an id belongs: that is refused, not kept. */
export function keptTarget(given: string): string {
  const text = cut(given);
  return LIKE_AN_ID.test(text) && redactText(text) === text ? text : '[no id]';
}

/** The words of whoever did it, without addresses and numbers of anybody. */
export const keptReason = (given: string): string => redactText(cut(given));
