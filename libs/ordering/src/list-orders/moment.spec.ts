import { ShopValidationPipe } from '#platform/http';
import { begins, ends, Moment } from './moment.field';

class Range {
  @Moment('From.')
  from?: string;
}

const read = async (from: unknown): Promise<string | undefined> =>
  (new ShopValidationPipe().transform({ from }, { type: 'query', metatype: Range }) as Range).from;

describe('A moment of a report', () => {
  it('is a day in Vietnam from its beginning to its end, or an instant', async () => {
    for (const text of ['2026-11-23', '2028-02-29', '2026-11-23T03:04:05Z', '2026-11-23T03:04+07:00'])
      expect(await read(text)).toBe(text);
    expect([begins('2026-11-23'), ends('2026-11-23')]).toEqual([
      new Date('2026-11-22T17:00:00Z'),
      new Date('2026-11-23T17:00:00Z'),
    ]);
    expect(ends('2026-11-23T03:04:05Z')).toEqual(begins('2026-11-23T03:04:05Z'));
  });

  it.each(['2026-02-30', '2026-02-30T00:00:00Z', '2026-11-23T24:00:00Z', '2026-11-23T00:00:00', '0001-01-01', 'now', ['a']])(
    'is not %j',
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({ code: 'VALIDATION_ERROR', details: [{ field: 'from' }] });
    },
  ); // prettier-ignore
});
