/**
 * A personal value that is encrypted with its subject's key (AES-256-GCM). The format is
 * `v1.<nonce>.<ciphertext+tag>.<key id>` in base64url; older values have no key id. A value `v2.….<order>.<field>` can
 * be opened only for that field of that order. Values stay sealed in events, messages and read models, and are opened
 * where they are shown or sent. After the subject's key is destroyed, they cannot be read.
 */
export interface Sealed {
  readonly sealed: string;
  /** The customer's id, or the order's id for a guest. */
  readonly subject: string;
}

export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && typeof (value as Sealed).sealed === 'string' && 'subject' in value;

/** Stands for a personal value whose key was destroyed. */
export interface Erased {
  readonly erased: true;
}

/** Stands for a personal value that cannot be opened, although it was not erased. */
export interface Unreadable {
  readonly unreadable: true;
}
