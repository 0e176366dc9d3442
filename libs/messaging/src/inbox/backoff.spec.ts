import { backoff, RETRY, decideRetry } from './backoff';
import { NotForThisBuild, RetryLater, Undecodable } from '../messages/errors';

const HOUR = RETRY.atLeastSeconds;
const decide = (error: unknown, attempts: number, failingFor = HOUR, { waits = 0, newest = true } = {}) =>
  decideRetry(error, { attempts, waits, failingFor }, RETRY, newest, 0.5);
const refused = (code: string) => Object.assign(new Error(code), { code, severity: 'ERROR' });

describe('The retry of a message', () => {
  it('waits twice as long each time, up to a minute', () => {
    expect([1, 2, 3, 4].map((attempt) => backoff(attempt, 0.5))).toEqual([50, 100, 200, 400]);
    expect(backoff(30, 0.5)).toBe(60_000);
    expect(backoff(4_000, 0.5)).toBe(60_000);
  });

  it('varies each waiting time by a quarter', () => {
    expect(backoff(1, 0)).toBe(38);
    expect(backoff(1, 0.999999)).toBe(62);
  });

  it('ends after ten attempts, but not within the first hour', () => {
    const again = new Error('again');
    expect(decide(again, 8)).toEqual({ dead: false, afterMs: 12_800, counted: true });
    expect(decide(again, 9, HOUR - 1)).toEqual({ dead: false, afterMs: 25_600, counted: true });
    expect(decide(again, 9)).toEqual({ dead: true });
    expect(decide(again, 60, HOUR - 1)).toMatchObject({ dead: false, afterMs: 60_000 });
  });

  it('does not come if a redriven dead letter fails again, except after RetryLater or a fault of the environment', () => {
    expect(decide(new Error('again'), 10, 0)).toEqual({ dead: true });
    expect(decide(new RetryLater('not yet'), 10, 0)).toEqual({ dead: false, afterMs: 1_000, counted: true });
    expect(decide(refused('57P01'), 10, 0)).toMatchObject({ dead: false, counted: false });
  });

  it('never ends after a fault of the environment, which does not count as an attempt', () => {
    const faults = ['08006', '25006', '42P01', '42501', '42703', '53100', '53300', '57P01', '57P03', 'ECONNREFUSED'];
    for (const code of faults)
      expect([code, decide(refused(code), 50, 9 * HOUR, { waits: 40 })]).toEqual([
        code,
        { dead: false, afterMs: 60_000, counted: false },
      ]);
    const wrapped = new Error('the question failed', { cause: new Error('Query read timeout') });
    expect(decide(wrapped, 50)).toMatchObject({ dead: false, counted: false });
    expect(decide(refused('23505'), 50)).toEqual({ dead: true });
  });

  it('comes soon if a row was locked, which does not count as an attempt', () => {
    expect(decide(refused('55P03'), 0, 0)).toEqual({ dead: false, afterMs: 50, counted: false });
    expect(decide(refused('55P03'), 0, 0, { waits: 40 })).toEqual({ dead: false, afterMs: 1_000, counted: false });
  });

  it('does not come if the newest build cannot read the message; an older build leaves the message to the newest', () => {
    const unreadable = new Undecodable('no such type');
    expect(decide(unreadable, 0, 0)).toEqual({ dead: true });
    expect(decide(unreadable, 0, 0, { newest: false })).toMatchObject({ dead: false, counted: false });
    expect(decide(new NotForThisBuild('version 3'), 50)).toEqual({ dead: false, afterMs: 0, counted: false });
  });

  it('comes soon after RetryLater, or at the time that the handler names; after many attempts, as late as after other errors', () => {
    expect(decide(new RetryLater('not yet'), 9, 0)).toEqual({ dead: false, afterMs: 1_000, counted: true });
    expect(decide(new RetryLater('not yet', 150), 1)).toEqual({ dead: false, afterMs: 150, counted: true });
    expect(decide(new RetryLater('not yet'), 100, 0)).toMatchObject({ afterMs: 60_000 });
    expect(decide(new RetryLater('never'), 9)).toEqual({ dead: true });
  });
});
