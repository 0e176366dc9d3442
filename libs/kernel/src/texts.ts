/** Half of a surrogate pair. With the flag `u`, a whole pair does not match. */
const HALF_PAIR = /\p{Surrogate}/u;

/** Whether Postgres can store the text: without NUL, and without half a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !HALF_PAIR.test(text);

/**
 * Control characters, line separators, invisible characters (joiners, soft hyphens, fillers, tags, marks that change
 * the direction), interlinear marks, and private code points.
 */
const NOT_IN_A_LINE =
  /[\p{Cc}\u2028\u2029\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\p{Private_Use}\p{Noncharacter_Code_Point}]/u;

/** Scripts in which a joiner or a non-joiner (U+200D, U+200C) changes how the neighbouring letters are written. */
const JOINING =
  '\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Nko}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}' +
  '\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}' +
  '\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}';

/** Invisible characters that a text needs: within emoji, and within the words of some scripts. */
const NEEDED_INVISIBLES = new RegExp(
  [
    '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
    '(?<=\\p{Extended_Pictographic})[\\uFE0E\\uFE0F]',
    '(?<=[0-9#*])\\uFE0F(?=\\u20E3)',
    `(?<=[${JOINING}])[\\u200C\\u200D](?=[${JOINING}])`,
    '(?<=\\p{Script=Han})[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]',
    '(?<=\\p{Script=Mongolian})[\\u180B-\\u180F]',
  ].join('|'),
  'gu',
);

/** Whether the text is one line that can be stored, without control characters and unnecessary invisible characters. */
export const isLine = (text: string): boolean =>
  isStorable(text) && !NOT_IN_A_LINE.test(text.replace(NEEDED_INVISIBLES, ''));

/** A visible character. A combining mark alone is not visible. U+2800 is a Braille character without dots. */
const VISIBLE =
  /[^\s\p{Z}\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/u;

/** Whether the text has no visible character. */
export const isBlank = (text: string): boolean => !VISIBLE.test(text);

/** The number of code points. An emoji of two UTF-16 units counts as one. */
export function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) length += 1;
  return length;
}

export const LONGEST_PHONE = 25;

/** 8 to 15 digits (the longest number in the world has 15), with at most two of ` .()-` between any two digits. */
const PHONE = /^\+?\(?\d(?:[ .()-]{0,2}\d){7,14}$/;

export const isPhone = (text: string): boolean => text.length <= LONGEST_PHONE && PHONE.test(text);

/**
 * Whether the text is an https URL without credentials, or a path on this site. `//host/` and `/\host/` are refused,
 * because they lead to another site.
 */
export function isPictureUrl(text: string): boolean {
  if (!isLine(text) || /[\s"'<>\\]/.test(text)) return false;
  const here = 'https://this.site.invalid';
  if (text.startsWith('/')) return URL.canParse(text, here) && new URL(text, here).origin === here;
  if (!/^https:\/\/[^/]/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
