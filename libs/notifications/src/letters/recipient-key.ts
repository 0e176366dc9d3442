import { createHmac } from 'node:crypto';
import { emailKey } from '#kernel';

/** Finds the letters to an address without keeping the address. */
export const recipientKey = (secret: string, email: string): string =>
  createHmac('sha256', secret)
    .update(`letters to ${emailKey(email)}`)
    .digest('base64url')
    .slice(0, 22);
