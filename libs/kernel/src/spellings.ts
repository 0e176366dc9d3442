import type { Uuid } from './ids';

/** Two spellings of one address are one address: compared without case, in one Unicode form. */
export const emailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase();

const UUID_IN_ANY_CASE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A text that may be an id: a UUID in its one form, lower case; anything else as it is. */
export const sameId = (text: string): Uuid => (UUID_IN_ANY_CASE.test(text) ? text.toLowerCase() : text);

const BLANKS = /\p{Zs}/gu;

/** A password in its one form (RFC 8265, OpaqueString): composed, every kind of blank an ASCII one; case and width stay. */
export const passwordForm = (password: string): string => password.replace(BLANKS, ' ').normalize('NFC');
