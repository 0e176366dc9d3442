/**
 * A personal value that can be read only with its subject's key: AES-256-GCM, `v1.<nonce>.<ciphertext+tag>.<key id>`
 * in base64url; older values have no key id. `v2.….<order>.<field>` opens only under that field of that order. It
 * stays sealed in events, messages and read models, and is opened where it is shown or sent. Once the subject's key
 * is destroyed it cannot be read.
 */
export interface Sealed {
  readonly sealed: string;
  /** The customer's id, or the order's id for a guest. */
  readonly subject: string;
}

export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && typeof (value as Sealed).sealed === 'string' && 'subject' in value;

/** What a reader sees in place of a personal value whose key was destroyed. */
export interface Erased {
  readonly erased: true;
}

/** What a reader sees in place of a personal value that cannot be opened, although nobody erased it. */
export interface Unreadable {
  readonly unreadable: true;
}
