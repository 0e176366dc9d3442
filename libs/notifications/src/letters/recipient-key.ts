import { createHmac } from 'node:crypto';

/** Finds the letters to an address without keeping the address. */
export const recipientKey = (secret: string, email: string): string =>
  createHmac('sha256', secret).update(`letters to ${email.trim().toLowerCase()}`).digest('base64url').slice(0, 22);
