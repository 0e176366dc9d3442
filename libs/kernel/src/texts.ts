/** Half of a surrogate pair; in a `u` expression whole pairs do not match. */
const HALF_PAIR = /\p{Surrogate}/u;

/** Whether a database keeps it: Postgres keeps neither NUL nor half a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !HALF_PAIR.test(text);

/** Control characters, line separators, and what turns the direction of a line around. */
const NOT_IN_A_LINE = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/** Text of one line: storable, without line breaks, tabs and other control characters. */
export const isLine = (text: string): boolean => isStorable(text) && !NOT_IN_A_LINE.test(text);

/** Characters as people count them nearly: an emoji outside the basic plane is one. */
export function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) length += 1;
  return length;
}

export const LONGEST_PHONE = 25;

/** 8 to 15 digits (the longest number in the world has 15), with at most two of ` .()-` between any two of them. */
const PHONE = /^\+?\(?\d(?:[ .()-]{0,2}\d){7,14}$/;

export const isPhone = (text: string): boolean => text.length <= LONGEST_PHONE && PHONE.test(text);

/** An https address without credentials, or a path on this site. `//host/` and `/\host/` lead to another site: they are neither. */
export function isPicturePlace(text: string): boolean {
  if (!isLine(text) || /[\s"'<>\\]/.test(text)) return false;
  const here = 'https://this.site.invalid';
  if (text.startsWith('/')) return URL.canParse(text, here) && new URL(text, here).origin === here;
  if (!/^https:\/\/[^/]/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
