import { isEmail } from 'class-validator';
import { mailboxOf } from '#kernel';

export const LONGEST_EMAIL = 254;

/**
 * An address with a quoted part before the `@` can contain blanks and line breaks. A line break could add a header to
 * an e-mail. So an address with a quoted part is refused. Nobody uses such an address.
 */
const NOT_IN_AN_ADDRESS = /["\s\p{C}]/u;

/** Compatibility characters, such as full-width letters, make two different addresses look the same. */
const hasLookAlikes = (text: string): boolean => text.normalize('NFKC') !== text.normalize('NFC');

/**
 * Whether the value can be the address of a new account. Compatibility characters are refused, because some programs
 * replace them.
 */
export const isNewEmailAddress = (value: unknown): value is string => isEmailAddress(value) && !hasLookAlikes(value);

/**
 * The configuration and the API use this same check. So the account of an address from the configuration can log in.
 */
export const isEmailAddress = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= LONGEST_EMAIL &&
  !NOT_IN_AN_ADDRESS.test(value) &&
  isEmail(value) &&
  mailboxOf(value) !== undefined;
