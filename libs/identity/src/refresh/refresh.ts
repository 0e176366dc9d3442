interface Known {
  readonly used_at: Date | null;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
}

/** What to make of a refresh token. One that was used before is in two hands: its whole family ends. */
export function verdictOn(known: Known | undefined, now: Date): 'unknown' | 'revoked' | 'reused' | 'expired' | 'good' {
  if (!known) return 'unknown';
  if (known.revoked_at) return 'revoked';
  if (known.used_at) return 'reused';
  return known.expires_at <= now ? 'expired' : 'good';
}
