import type { Uuid } from './ids';

/** What cannot stand in a domain; `new URL` would read some of it as something else than the domain. */
const NOT_A_DOMAIN = /[\s/?#%:\\[\]@]/u;

/** A domain in its one form: lower case, and `xn--…` for what is not ASCII. Undefined: there is no such domain. */
export function domainForm(domain: string): string | undefined {
  if (domain === '' || NOT_A_DOMAIN.test(domain) || !URL.canParse(`http://${domain}`)) return undefined;
  return new URL(`http://${domain}`).hostname;
}

/**
 * Without case, letter by letter: a whole word in lower case would make of a last sigma another letter. What becomes of
 * a folded text is itself. A dotless i stays what it is.
 */
const folded = (text: string): string =>
  Array.from(text.normalize('NFC'), (letter) => {
    const capital = letter.toUpperCase();
    return letter !== 'ı' && Array.from(capital).length === 1 ? capital.toLowerCase() : letter.toLowerCase();
  })
    .join('')
    .normalize('NFC');

/** Two spellings of one mailbox are one address: its domain in one form, the rest without case. Undefined: it is none. */
export function mailboxOf(email: string): string | undefined {
  const text = email.trim();
  const at = text.lastIndexOf('@');
  const domain = at > 0 ? domainForm(text.slice(at + 1)) : undefined;
  return domain && `${folded(text.slice(0, at))}@${domain}`;
}

/** The key by which earlier builds compared addresses. Rows that were written by it may still be there. */
export const earlierEmailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase();

/** What an address is compared by. What is no address is compared by its letters. */
export const emailKey = (email: string): string => mailboxOf(email) ?? earlierEmailKey(email);

const UUID_IN_ANY_CASE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A text that may be an id: a UUID in its one form, lower case; anything else as it is. */
export const sameId = (text: string): Uuid => (UUID_IN_ANY_CASE.test(text) ? text.toLowerCase() : text);

const BLANKS = /\p{Zs}/gu;

/** A password in its one form (RFC 8265, OpaqueString): composed, every kind of blank an ASCII one; case and width stay. */
export const passwordForm = (password: string): string => password.replace(BLANKS, ' ').normalize('NFC');
