/** Half of a surrogate pair; in a `u` expression whole pairs do not match. */
const HALF_PAIR = /\p{Surrogate}/u;

/** Whether a database keeps it: Postgres keeps neither NUL nor half a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !HALF_PAIR.test(text);

/** Scripts that are written with joiners. */
const JOINING = [
  ...['Arabic', 'Syriac', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu'],
  ...['Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Tibetan'],
].map((name) => `\\p{Script=${name}}`);

/** Characters that are not seen and yet belong: joiners inside an emoji and in those scripts, and the tags of a flag. */
const JOINERS = new RegExp(
  [
    '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})',
    `(?<=[${JOINING.join('')}])[\\u200c\\u200d]`,
    '(?<=\\u{1f3f4})[\\u{e0020}-\\u{e007e}]+\\u{e007f}',
  ].join('|'),
  'gu',
);

/** Control characters, line separators, and what is not seen: marks that turn the direction, blanks without width. */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Whether it has no line breaks, tabs and other control characters, and nothing that is not seen. */
export const isOneLine = (text: string): boolean => !NOT_IN_A_LINE.test(text.replace(JOINERS, ''));

/** Text of one line that a database keeps. */
export const isLine = (text: string): boolean => isStorable(text) && isOneLine(text);

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
