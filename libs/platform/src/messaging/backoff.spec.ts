import { backoff, MAX_ATTEMPTS, verdict } from './backoff';
import { RetryLater, Undecodable } from './errors';

describe('Trying a message again', () => {
  it('waits twice as long each time, up to a minute', () => {
    expect([1, 2, 3, 4].map((attempt) => backoff(attempt, 0.5))).toEqual([50, 100, 200, 400]);
    expect(backoff(30, 0.5)).toBe(60_000);
  });

  it('spreads the waits by a quarter either way', () => {
    expect(backoff(1, 0)).toBe(38);
    expect(backoff(1, 0.999999)).toBe(62);
  });

  it('ends after ten attempts', () => {
    expect(verdict(new Error('again'), MAX_ATTEMPTS - 1, 0.5)).toEqual({ dead: false, afterMs: 12_800 });
    expect(verdict(new Error('again'), MAX_ATTEMPTS, 0.5)).toEqual({ dead: true });
  });

  it('is not done for what can never be read', () => {
    expect(verdict(new Undecodable('no such type'), 1, 0.5)).toEqual({ dead: true });
  });

  it('is done shortly, or when the handler says, for what is not yet possible', () => {
    expect(verdict(new RetryLater('not yet'), 9, 0.5)).toEqual({ dead: false, afterMs: 1_000 });
    expect(verdict(new RetryLater('not yet', 150), 1, 0.5)).toEqual({ dead: false, afterMs: 150 });
    expect(verdict(new RetryLater('never'), MAX_ATTEMPTS, 0.5)).toEqual({ dead: true });
  });
});
