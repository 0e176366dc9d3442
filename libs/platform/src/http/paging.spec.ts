import { z } from 'zod';
import { IdShape, InstantShape } from '#kernel';
import { cursorFrom, MomentShape, parseCursor } from './paging';

const Place = z.object({ at: InstantShape, id: IdShape });
const id = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const at = '2026-11-23T03:04:05.678Z';

describe('A cursor', () => {
  it('contains the position from which it was made; without a cursor, the list begins at the first page', () => {
    expect(parseCursor(cursorFrom({ at, id }), Place)).toEqual({ at, id });
    expect(parseCursor(undefined, Place)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['a cursor of another list', { at }],
    ['a cursor with a day that does not exist', { at: '2026-02-31T00:00:00Z', id }],
    ['a cursor with the year 0, which Postgres cannot store', { at: '0000-01-01T00:00:00Z', id }],
  ])('is refused if it is %s', (_, place) => {
    expect(() => parseCursor(cursorFrom(place), Place)).toThrow(expect.objectContaining({ code: 'VALIDATION_ERROR' }));
  });

  it.each(['a\0b', 'half a pair \ud83d'])('is refused if it contains a text that Postgres cannot store: %j', (text) => {
    expect(() => parseCursor(cursorFrom(text), z.string())).toThrow(
      expect.objectContaining({ code: 'VALIDATION_ERROR' }),
    );
  });

  it.each([
    ['2026-11-23 03:04:05.678901+00', true],
    ['2026-11-23 03:04:05+07', true],
    ['2026-11-23 03:04:05.6-03:30', true],
    ['2026-02-31 00:00:00+00', false],
    ['0000-01-01 00:00:00+00', false],
    ['2026-11-23 03:04:05+23', false],
    ['2026-11-23', false],
    ['1', false],
  ])('accepts only a time as Postgres writes it; %s is accepted: %s', (text, isOne) => {
    expect(MomentShape.safeParse(text).success).toBe(isOne);
  });
});
