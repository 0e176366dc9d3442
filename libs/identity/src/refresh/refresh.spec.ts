import { verdictOn } from './refresh';

const now = new Date('2026-01-05T08:00:00Z');
const later = new Date('2026-01-12T08:00:00Z');
const fresh = { used_at: null, revoked_at: null, expires_at: later, ends_at: later };

describe('A refresh token', () => {
  it.each([
    ['is good once', fresh, 'good'],
    ['is unknown to a shop that never gave it', undefined, 'unknown'],
    ['ends its family when used twice', { ...fresh, used_at: now }, 'reused'],
    ['ends its family when used twice, however late', { ...fresh, used_at: now, expires_at: now }, 'reused'],
    ['is worth nothing after log-out', { ...fresh, revoked_at: now }, 'revoked'],
    ['expires with its session, however young it is', { ...fresh, ends_at: now }, 'expired'],
    ['expires', { ...fresh, expires_at: now }, 'expired'],
  ])('%s', (_, known, verdict) => {
    expect(verdictOn(known, now)).toBe(verdict);
  });
});
