import { domainToASCII, domainToUnicode } from 'node:url';
import type { Uuid } from './ids';

/** Characters that a domain cannot contain. At some of these characters, `new URL` would end the domain. */
const NOT_A_DOMAIN = /[\s/?#%:\\[\]@]/u;

/** A domain in its normal form: lower case, and `xn--…` if it is not ASCII. Undefined if the text is not a domain. */
export function normalDomain(domain: string): string | undefined {
  if (domain === '' || NOT_A_DOMAIN.test(domain) || !URL.canParse(`http://${domain}`)) return undefined;
  const { hostname } = new URL(`http://${domain}`);
  return hasValidLabels(hostname) ? hostname : undefined;
}

/** Node 24 also accepts `xn--` labels that encode no letters. So labels are decoded, encoded again, and compared. */
function hasValidLabels(hostname: string): boolean {
  if (!/(^|\.)xn--/.test(hostname)) return true;
  const inLetters = domainToUnicode(hostname);
  return !/(^|\.)xn--/.test(inLetters) && domainToASCII(inLetters) === hostname;
}

/**
 * Lower case for comparison. It works letter by letter, because `toLowerCase` of a whole word changes a Greek sigma at
 * the end of the word to another letter (`ς`). Each letter first becomes a capital, so that letters with the same
 * capital (`σ` and `ς`) become equal. There are two exceptions: `ı` (an i without a dot) must not become `i`, and a
 * letter whose capital is several letters, such as `ß`, must not become these letters. A folded text stays the same if
 * it is folded again.
 */
const foldCase = (text: string): string =>
  Array.from(text.normalize('NFC'), (letter) => {
    const capital = letter.toUpperCase();
    return letter !== 'ı' && Array.from(capital).length === 1 ? capital.toLowerCase() : letter.toLowerCase();
  })
    .join('')
    .normalize('NFC');

/**
 * One form for all spellings of a mailbox: the domain in its normal form, and the part before the @ in lower case.
 * Undefined if the text is not an address.
 */
export function mailboxOf(email: string): string | undefined {
  const text = email.trim();
  const at = text.lastIndexOf('@');
  const domain = at > 0 ? normalDomain(text.slice(at + 1)) : undefined;
  return domain && `${foldCase(text.slice(0, at))}@${domain}`;
}

/** The key with which earlier versions of the shop compared addresses. Old rows can still have such a key. */
export const earlierEmailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase();

/** The key for comparing addresses. If the text is not an address, the key is the text in lower case. */
export const emailKey = (email: string): string => mailboxOf(email) ?? earlierEmailKey(email);

const UUID_IN_ANY_CASE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Converts a UUID to lower case. Any other text is not changed. */
export const normalId = (text: string): Uuid => (UUID_IN_ANY_CASE.test(text) ? text.toLowerCase() : text);

const BLANKS = /\p{Zs}/gu;

/** A password in its normal form (RFC 8265, OpaqueString): NFC, and every kind of space becomes an ASCII space. */
export const passwordForm = (password: string): string => password.replace(BLANKS, ' ').normalize('NFC');
