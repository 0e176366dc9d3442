import { createHmac } from 'node:crypto';
import { earlierEmailKey, emailKey } from '#kernel';

const keyOf = (secret: string, address: string): string =>
  createHmac('sha256', secret).update(`letters to ${address}`).digest('base64url').slice(0, 22);

/** The key for finding the letters to an address. The address itself is stored only sealed. */
export const recipientKey = (secret: string, email: string): string => keyOf(secret, emailKey(email));

/**
 * All keys for finding the letters to an address. Earlier versions of the shop compared addresses in another way, so
 * their letters can have another key.
 */
export const recipientKeys = (secret: string, email: string): string[] => [
  ...new Set([emailKey(email), earlierEmailKey(email)].map((address) => keyOf(secret, address))),
];
