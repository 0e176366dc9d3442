/** Two spellings of one address are one account: compared without case, in one Unicode form. */
export const emailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase();
