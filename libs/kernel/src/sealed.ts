/**
 * A personal value that only the holder of its subject's key can read: AES-256-GCM, `v1.<nonce>.<ciphertext+tag>` in
 * base64url. It stays sealed in events, messages and read models; it is opened at the edge that shows or sends it.
 * Once the subject's key is destroyed it is noise.
 */
export interface Sealed {
  readonly sealed: string;
  /** The customer's id, or the order's for a guest. */
  readonly subject: string;
}

export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && typeof (value as Sealed).sealed === 'string' && 'subject' in value;

/** What a reader sees in place of a personal value whose key was destroyed. */
export interface Erased {
  readonly erased: true;
}
