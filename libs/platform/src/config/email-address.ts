import { isEmail } from 'class-validator';
import { mailboxOf } from '#kernel';

export const LONGEST_EMAIL = 254;

/**
 * A quoted local part may contain blanks and line breaks. Nobody has such an address, and e-mails must not contain
 * them.
 */
const NOT_IN_AN_ADDRESS = /["\s\p{C}]/u;

/** Characters that only stand for others, such as full-width ones, make two addresses look like one. */
const hasStandIns = (text: string): boolean => text.normalize('NFKC') !== text.normalize('NFC');

/** An address that the shop may write to: what is compared, shown and sent to are the same characters. */
export const isNewEmailAddress = (value: unknown): value is string => isEmailAddress(value) && !hasStandIns(value);

/** The one check of e-mail addresses: an address that the configuration accepts can also log in. */
export const isEmailAddress = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= LONGEST_EMAIL &&
  !NOT_IN_AN_ADDRESS.test(value) &&
  isEmail(value) &&
  mailboxOf(value) !== undefined;
