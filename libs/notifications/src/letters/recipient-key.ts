import { createHmac } from 'node:crypto';
import { earlierEmailKey, emailKey } from '#kernel';

const keyOf = (secret: string, address: string): string =>
  createHmac('sha256', secret).update(`letters to ${address}`).digest('base64url').slice(0, 22);

/** Finds the letters to an address without storing the address. */
export const recipientKey = (secret: string, email: string): string => keyOf(secret, emailKey(email));

/** Also finds letters from earlier versions of the shop, which compared addresses in another way. */
export const recipientKeys = (secret: string, email: string): string[] => [
  ...new Set([emailKey(email), earlierEmailKey(email)].map((address) => keyOf(secret, address))),
];
