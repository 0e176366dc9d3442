import { verdictOn } from './refresh';

const now = new Date('2026-01-05T08:00:00Z');
const later = new Date('2026-01-12T08:00:00Z');
const fresh = { used_at: null, revoked_at: null, expires_at: later, ends_at: later };

describe('A refresh token', () => {
  it.each([
    ['is good the first time', fresh, 'good'],
    ['is unknown if the shop never issued it', undefined, 'unknown'],
    ['counts as reused the second time', { ...fresh, used_at: now }, 'reused'],
    [
      'counts as reused the second time, even after it has expired',
      { ...fresh, used_at: now, expires_at: now },
      'reused',
    ],
    ['is revoked after the log-out', { ...fresh, revoked_at: now }, 'revoked'],
    ['expires with its session, even if it is new', { ...fresh, ends_at: now }, 'expired'],
    ['expires', { ...fresh, expires_at: now }, 'expired'],
  ])('%s', (_, known, verdict) => {
    expect(verdictOn(known, now)).toBe(verdict);
  });
});
