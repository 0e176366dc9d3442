interface StoredToken {
  readonly used_at: Date | null;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  /** When the token's session ends. */
  readonly ends_at: Date;
}

/**
 * Decides whether a refresh token is accepted. If a token is used a second time, somebody has perhaps stolen it. So the
 * caller must end the session if the result is `reused`.
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
