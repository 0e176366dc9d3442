import { isBlank, isLine } from '#kernel';
import { field, type Complaint, type FieldOptions } from './field';

/*
 * A name must not contain a web address. No list of domain endings is complete, so the rule is stricter: a blank must
 * follow each dot and each colon. Three exceptions need no blank:
 *
 * - a dot or a colon between digits: "2.1", "9:30"
 * - a dot after an initial: "v.an"
 * - a dot after a title of TITLES: "St.John", "TS.Nguyễn"
 *
 * The exceptions for initials and titles do not apply before a well-known ending ("t.me"), or if a path or another part
 * of an address follows ("St.Xy/x").
 */
const TITLES = new Set(
  (
    'dr mr mrs ms st saint ste sr jr prof med dent ing dipl mag mba phd msc bsc rev fr hon capt col gen lt maj sgt mme mlle ' +
    'ts ths gs pgs bs ks kts ls ds cn cô chị anh ông bà em bé tp tx tt q p đ đc kp nsnd nsưt gđ '
  )
    .normalize('NFKC')
    .split(' '),
);
const INITIAL = /^\p{L}$/u;
/**
 * Well-known endings of web addresses. After a dot they are refused, even if an initial or a title is before the dot.
 */
const WELL_KNOWN_ENDING =
  /^(?:com|net|org|info|biz|vn|io|co|me|ly|gl|gd|gg|to|tk|tv|cc|ws|ru|рф|cn|eu|uk|us|de|jp|app|dev|shop|store|online|site|top|xyz|club|live|link|pizza)$/iu;

/** Full stops of other scripts. Browsers or people read them as a dot. */
const DOTS =
  /[\u0589\u06d4\u0701\u0702\u1362\u166e\u1803\u2024\u2cf9\u2e33\u2e3c\u3002\ua4f8\ua4ff\ua60e\ua6f3\uff0e\uff61]/g;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

const SCHEME = /\b(?:https?|ftp|tel|sms|mailto|javascript|data)\s*:|:\s*[/\\]|[/\\]{2}/iu;
const AT = /\S@\S/u;
/** Angle brackets, Markdown links ("[An](evil)", "[An]: evil"), and IPv6 addresses ("[fe80:1]", "::1"). */
const BRACKETS = /[<>]|\]\s*[([:]|\[[^\]]*:|::/u;
/**
 * A colon after a letter or a digit, without a blank after the colon. A colon between two digits is allowed, because it
 * is part of a time.
 */
const COLON = /(?!\d:\d)[\p{L}\p{M}\p{N}]:[^\s:]/u;
const IPV4_ADDRESS = /\d{1,3}(?:\.\d{1,3}){3}/;
/**
 * The groups: the part before a dot, the part after the dot, and the next character if an address can continue with
 * this character.
 */
const DOTTED = /([^\s.]+)\.([\p{L}\p{M}\p{N}_-]+)(?=([/:?#@]?))/gu;
const OPENING = /^[("'“‘«-]+/u;

function mayFollowDirectly(before: string, after: string, next: string): boolean {
  if (/^\d+$/.test(before) && /^\d/.test(after)) return true; // a number such as 2.1
  if (next !== '' || WELL_KNOWN_ENDING.test(after)) return false;
  const word = before.replace(OPENING, '');
  return INITIAL.test(word) || TITLES.has(word.toLowerCase());
}

const normalise = (text: string): string => text.replace(INVISIBLE, '').normalize('NFKC').replace(DOTS, '.');

/** The fault of a text that looks like an address, or has brackets that can mark an address. */
function linkFaultOf(text: string): 'text.link' | 'text.brackets' | undefined {
  const plain = normalise(text);
  if (looksLikeAddress(plain)) return 'text.link';
  return BRACKETS.test(plain) ? 'text.brackets' : undefined;
}

function looksLikeAddress(plain: string): boolean {
  if ([SCHEME, AT, COLON, IPV4_ADDRESS].some((shape) => shape.test(plain))) return true;
  // Each dot is checked separately: "a.b.com" is checked as "a.b" and "b.com".
  const words = plain.split(/\s+/u).flatMap((word) => {
    const parts = word.split('.');
    return parts.slice(1).map((after, index) => `${parts[index]}.${after}`);
  });
  return words.some((word) =>
    [...word.matchAll(DOTTED)].some(([, before, after, next]) => !mayFollowDirectly(before, after, next)),
  );
}

/**
 * Returns why a text cannot be a name; undefined if it can. Names are printed, shown and sent to people, so a name must
 * be one line without web addresses.
 */
export function faultOfName(value: unknown, max: number): Complaint | undefined {
  if (typeof value !== 'string') return { code: 'text' };
  if (/\p{Surrogate}/u.test(value)) return { code: 'text.characters' };
  if (isBlank(value)) return { code: 'text.blank' };
  if (!isLine(value)) return { code: 'text.line' };
  if ([...value].length > max) return { code: 'text.long', params: { max } };
  const code = linkFaultOf(value);
  return code && { code };
}

/** The name of a person or a place: one line without web addresses, in one Unicode form, without surrounding blanks. */
export const PersonName = ({
  max = 100,
  ...options
}: FieldOptions<string> & { readonly max?: number } = {}): PropertyDecorator =>
  field(
    {
      check: (value) => faultOfName(value, max),
      read: (value) => (typeof value === 'string' ? value.trim().normalize('NFC') : value),
      schema: { type: String, minLength: 1, maxLength: max },
    },
    options,
  );
