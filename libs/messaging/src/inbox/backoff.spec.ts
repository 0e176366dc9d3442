import { backoff, RETRY, verdict } from './backoff';
import { NotForThisBuild, RetryLater, Undecodable } from '../messages/errors';

const HOUR = RETRY.atLeastSeconds;
const after = (error: unknown, attempts: number, failingFor = HOUR, { waits = 0, newest = true } = {}) =>
  verdict(error, { attempts, waits, failingFor }, RETRY, newest, 0.5);
const refused = (code: string) => Object.assign(new Error(code), { code, severity: 'ERROR' });

describe('Trying a message again', () => {
  it('waits twice as long each time, up to a minute', () => {
    expect([1, 2, 3, 4].map((attempt) => backoff(attempt, 0.5))).toEqual([50, 100, 200, 400]);
    expect(backoff(30, 0.5)).toBe(60_000);
    expect(backoff(4_000, 0.5)).toBe(60_000);
  });

  it('spreads the waits by a quarter either way', () => {
    expect(backoff(1, 0)).toBe(38);
    expect(backoff(1, 0.999999)).toBe(62);
  });

  it('ends after ten attempts and an hour, not before both', () => {
    const again = new Error('again');
    expect(after(again, 8)).toEqual({ dead: false, afterMs: 12_800, counted: true });
    expect(after(again, 9, HOUR - 1)).toEqual({ dead: false, afterMs: 25_600, counted: true });
    expect(after(again, 9)).toEqual({ dead: true });
    expect(after(again, 60, HOUR - 1)).toMatchObject({ dead: false, afterMs: 60_000 });
  });

  it('never ends, and is no attempt, where the environment is at fault', () => {
    const faults = ['08006', '25006', '42P01', '42501', '42703', '53100', '53300', '57P01', '57P03', 'ECONNREFUSED'];
    for (const code of faults)
      expect([code, after(refused(code), 50, 9 * HOUR, { waits: 40 })]).toEqual([
        code,
        { dead: false, afterMs: 60_000, counted: false },
      ]);
    const wrapped = new Error('the question failed', { cause: new Error('Query read timeout') });
    expect(after(wrapped, 50)).toMatchObject({ dead: false, counted: false });
    expect(after(refused('23505'), 50)).toEqual({ dead: true });
  });

  it('is done soon, and is no attempt, where a row was locked', () => {
    expect(after(refused('55P03'), 0, 0)).toEqual({ dead: false, afterMs: 50, counted: false });
    expect(after(refused('55P03'), 0, 0, { waits: 40 })).toEqual({ dead: false, afterMs: 1_000, counted: false });
  });

  it('is not done for what the newest build cannot read; an older build leaves it to that', () => {
    const unreadable = new Undecodable('no such type');
    expect(after(unreadable, 0, 0)).toEqual({ dead: true });
    expect(after(unreadable, 0, 0, { newest: false })).toMatchObject({ dead: false, counted: false });
    expect(after(new NotForThisBuild('version 3'), 50)).toEqual({ dead: false, afterMs: 0, counted: false });
  });

  it('is done shortly, or when the handler says, for what is not yet possible; in the end as seldom as the rest', () => {
    expect(after(new RetryLater('not yet'), 9, 0)).toEqual({ dead: false, afterMs: 1_000, counted: true });
    expect(after(new RetryLater('not yet', 150), 1)).toEqual({ dead: false, afterMs: 150, counted: true });
    expect(after(new RetryLater('not yet'), 100, 0)).toMatchObject({ afterMs: 60_000 });
    expect(after(new RetryLater('never'), 9)).toEqual({ dead: true });
  });
});
