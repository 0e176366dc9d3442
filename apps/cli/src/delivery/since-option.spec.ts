import { parseSince } from './since-option';

const now = new Date('2026-11-23T08:00:00Z');
const since = (text: string) => parseSince(text, now);

describe('The option --since', () => {
  it('is a time, a day in Vietnam, a duration, or the oldest message', () => {
    expect(since('2026-11-23T07:00:00Z')).toEqual({ at: new Date('2026-11-23T07:00:00Z') });
    expect(since('2026-11-22')).toEqual({ at: new Date('2026-11-21T17:00:00Z') });
    expect(since('90m')).toEqual({ seconds: 5_400 });
    expect(since('7d')).toEqual({ seconds: 604_800 });
    expect(since('start')).toBe('start');
  });

  it.each(['99d', '8d', '604801s', '2026-11-16T07:59:59Z', '2026-11-01'])(
    'is refused if the messages of that time are deleted: %s',
    (text) => expect(() => since(text)).toThrow('Messages are kept for 7 days'),
  );

  it.each(['2030-01-01', '2026-11-23T08:00:01Z'])('is refused if it is in the future: %s', (text) =>
    expect(() => since(text)).toThrow('must not be in the future'),
  );

  it.each(['yesterday', '2h30m', '-1d', ''])('is refused if it is anything else: %s', (text) =>
    expect(() => since(text)).toThrow('--since must be a time with a zone'),
  );
});
