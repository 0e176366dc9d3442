import fc from 'fast-check';
import { inMicros, instantOf, isDay, microsOf } from './instants';

describe('instantOf', () => {
  it.each(['2026-02-28T23:59:59Z', '2028-02-29T01:00+07:00', '2026-11-23T03:04:05.678Z', '2026-11-23T03:04-11:30'])(
    'reads %s',
    (text) => {
      expect(instantOf(text)).toEqual(new Date(text));
    },
  );

  it.each([
    ...['2026-02-30T00:00:00Z', '2026-02-29T01:00+07:00', '2026-04-31T12:00:00Z', '2026-13-01T00:00:00Z'],
    ...['2026-00-10T00:00:00Z', '2026-11-00T00:00:00Z', '2026-11-23T24:00:00Z', '2026-11-23T00:60:00Z'],
    ...['2026-11-23T00:00:60Z', '2026-11-23T00:00:00', '2026-11-23', '2026-11-23T00:00:00+23:00', 'now', '1', ''],
    ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00', '2026-11-23T00:00:00Z\n'],
  ])('refuses %j', (text) => {
    expect(instantOf(text)).toBeUndefined();
  });

  it('reads every day of the calendar as that day', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(isDay(date.toISOString().slice(0, 10))).toBe(true);
          expect(instantOf(date.toISOString())).toEqual(date);
        },
      ),
    );
  });
});

describe('microsOf and inMicros', () => {
  it('distinguish times within one millisecond, in any time zone and with any number of digits', () => {
    const micros = ['…00.354510Z', '…00.354511Z', '…00.354Z', '…00Z', '…00.3545109Z'].map((end) =>
      microsOf(end.replace('…', '2026-11-23T03:04:')),
    );
    const second = BigInt(Date.parse('2026-11-23T03:04:00Z')) * 1_000n;
    expect(micros).toEqual([second + 354_510n, second + 354_511n, second + 354_000n, second, second + 354_510n]);
    expect(microsOf('2026-11-23T10:04:00.000001+07:00')).toBe(second + 1n);
    expect(microsOf('now')).toBeUndefined();
  });

  it('write a time with six digits', () => {
    expect(inMicros('2026-11-23T03:04:00.354Z')).toBe('2026-11-23T03:04:00.354000Z');
    expect(inMicros('2026-11-23T03:04:00.354510Z')).toBe('2026-11-23T03:04:00.354510Z');
  });
});
