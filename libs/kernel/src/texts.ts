/** Half of a surrogate pair; in a `u` expression whole pairs do not match. */
const HALF_PAIR = /\p{Surrogate}/u;

/** Whether a database can store it: Postgres stores neither NUL nor half a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !HALF_PAIR.test(text);

/**
 * Control characters, line separators, invisible characters (joiners, soft hyphens, fillers, tags, marks that change
 * the direction), interlinear marks, and private code points.
 */
const NOT_IN_A_LINE =
  /[\p{Cc}\u2028\u2029\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\p{Private_Use}\p{Noncharacter_Code_Point}]/u;

/** Scripts in which a joiner, or its opposite, changes how the neighbouring letters are written. */
const JOINING =
  '\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Nko}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}' +
  '\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}' +
  '\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}';

/** Invisible characters that belong to the spelling: in emoji, and in scripts that need them. */
const AT_HOME = new RegExp(
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

/** Text of one line: storable, without line breaks, tabs, other control characters and invisible characters. */
export const isLine = (text: string): boolean => isStorable(text) && !NOT_IN_A_LINE.test(text.replace(AT_HOME, ''));

/** A visible character. A combining mark needs a letter, and U+2800 is Braille without a dot. */
const VISIBLE =
  /[^\s\p{Z}\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/u;

/** Whether a reader would see nothing. */
export const isBlank = (text: string): boolean => !VISIBLE.test(text);

/** Characters, nearly as people count them: an emoji outside the basic plane is one. */
export function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) length += 1;
  return length;
}

export const LONGEST_PHONE = 25;

/** 8 to 15 digits (the longest number in the world has 15), with at most two of ` .()-` between any two of them. */
const PHONE = /^\+?\(?\d(?:[ .()-]{0,2}\d){7,14}$/;

export const isPhone = (text: string): boolean => text.length <= LONGEST_PHONE && PHONE.test(text);

/**
 * An https address without credentials, or a path on this site. `//host/` and `/\host/` lead to another site, so
 * they are neither.
 */
export function isPicturePlace(text: string): boolean {
  if (!isLine(text) || /[\s"'<>\\]/.test(text)) return false;
  const here = 'https://this.site.invalid';
  if (text.startsWith('/')) return URL.canParse(text, here) && new URL(text, here).origin === here;
  if (!/^https:\/\/[^/]/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
