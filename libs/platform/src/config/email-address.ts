import { isEmail } from 'class-validator';
import { mailboxOf } from '#kernel';

export const LONGEST_EMAIL = 254;

/**
 * An address with a quoted part before the `@` may contain blanks and line breaks. It is refused: nobody uses such an
 * address, and a line break could add a header to an e-mail.
 */
const NOT_IN_AN_ADDRESS = /["\s\p{C}]/u;

/** Compatibility characters, such as full-width letters, make two different addresses look the same. */
const hasLookAlikes = (text: string): boolean => text.normalize('NFKC') !== text.normalize('NFC');

/** An address for a new account. Compatibility characters are refused, because programs may replace them. */
export const isNewEmailAddress = (value: unknown): value is string => isEmailAddress(value) && !hasLookAlikes(value);

/** The same check is used for the configuration and the API. So an address from the configuration can also log in. */
export const isEmailAddress = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= LONGEST_EMAIL &&
  !NOT_IN_AN_ADDRESS.test(value) &&
  isEmail(value) &&
  mailboxOf(value) !== undefined;
