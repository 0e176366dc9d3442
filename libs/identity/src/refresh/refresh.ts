interface StoredToken {
  readonly used_at: Date | null;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  /** When the token's session ends. */
  readonly ends_at: Date;
}

/**
 * Decides whether a refresh token may be used. A token that was used before may be stolen, so `reused` must end the
 * session.
 */
export function verdictOn(
  known: StoredToken | undefined,
  now: Date,
): 'unknown' | 'revoked' | 'reused' | 'expired' | 'good' {
  if (!known) return 'unknown';
  if (known.revoked_at) return 'revoked';
  if (known.used_at) return 'reused';
  return known.expires_at <= now || known.ends_at <= now ? 'expired' : 'good';
}
