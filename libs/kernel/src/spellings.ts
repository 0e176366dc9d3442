import { domainToASCII, domainToUnicode } from 'node:url';
import type { Uuid } from './ids';

/** Characters that a domain cannot contain. `new URL` would not read some of them as a part of the domain. */
const NOT_A_DOMAIN = /[\s/?#%:\\[\]@]/u;

/** A domain in its one form: lower case, and `xn--…` if it is not ASCII. Undefined if it is no domain. */
export function domainForm(domain: string): string | undefined {
  if (domain === '' || NOT_A_DOMAIN.test(domain) || !URL.canParse(`http://${domain}`)) return undefined;
  const { hostname } = new URL(`http://${domain}`);
  return hasSoundLabels(hostname) ? hostname : undefined;
}

/** Node 24 also accepts `xn--` labels that stand for no other letters. */
function hasSoundLabels(hostname: string): boolean {
  if (!/(^|\.)xn--/.test(hostname)) return true;
  const inLetters = domainToUnicode(hostname);
  return !/(^|\.)xn--/.test(inLetters) && domainToASCII(inLetters) === hostname;
}

/**
 * Removes case, letter by letter, because lower-casing a whole word would change a final sigma. Folding a folded
 * text changes nothing. A dotless i stays.
 */
const folded = (text: string): string =>
  Array.from(text.normalize('NFC'), (letter) => {
    const capital = letter.toUpperCase();
    return letter !== 'ı' && Array.from(capital).length === 1 ? capital.toLowerCase() : letter.toLowerCase();
  })
    .join('')
    .normalize('NFC');

/**
 * All spellings of one mailbox are one address: its domain in one form, the rest without case. Undefined if it is no
 * address.
 */
export function mailboxOf(email: string): string | undefined {
  const text = email.trim();
  const at = text.lastIndexOf('@');
  const domain = at > 0 ? domainForm(text.slice(at + 1)) : undefined;
  return domain && `${folded(text.slice(0, at))}@${domain}`;
}

/** The key by which earlier builds compared addresses. Rows with it may still exist. */
export const earlierEmailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase();

/** The key by which addresses are compared. A text that is no address is compared by its letters. */
export const emailKey = (email: string): string => mailboxOf(email) ?? earlierEmailKey(email);

const UUID_IN_ANY_CASE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A text that may be an id: a UUID in its one form, lower case; any other text unchanged. */
export const sameId = (text: string): Uuid => (UUID_IN_ANY_CASE.test(text) ? text.toLowerCase() : text);

const BLANKS = /\p{Zs}/gu;

/** A password in its one form (RFC 8265, OpaqueString): composed, every blank an ASCII one; case and width stay. */
export const passwordForm = (password: string): string => password.replace(BLANKS, ' ').normalize('NFC');
