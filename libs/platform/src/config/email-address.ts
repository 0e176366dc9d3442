import { isEmail } from 'class-validator';
import { mailboxOf } from '#kernel';

export const LONGEST_EMAIL = 254;

/** A quoted local part may hold blanks and line breaks: nobody has such an address, and letters are no place for them. */
const NOT_IN_AN_ADDRESS = /["\s\p{C}]/u;

/** The one check of an e-mail address: whoever is let in by the configuration can also come in at the door. */
export const isEmailAddress = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= LONGEST_EMAIL &&
  !NOT_IN_AN_ADDRESS.test(value) &&
  isEmail(value) &&
  mailboxOf(value) !== undefined;
