import { plainToInstance } from 'class-transformer';
import { readFlatInput } from './field';
import { Flag, Instant, ListOf, Nested, OneOf, Text, WholeNumber } from './fields';
import { PageQuery } from './paging';
import { ShopValidationPipe } from './validation.pipe';

class ShelfQuery extends PageQuery {
  @Text({ min: 1, max: 10, optional: true, trim: true })
  word?: string;

  @Flag({ optional: true })
  featured?: boolean;

  @OneOf(['up', 'down'], { default: 'up' })
  sort: 'up' | 'down' = 'up';

  @ListOf('text', { max: 3, optional: true })
  marks?: string[];
}

class Time {
  @Instant()
  at!: Date;
}

class Inner {
  @WholeNumber()
  count!: number;
}

class Outer {
  @Nested(() => Inner)
  inner!: Inner;
}

describe('readFlatInput', () => {
  const flatInputs = [
    {},
    { limit: '5' },
    { word: ' tea ', featured: 'false' },
    { sort: 'down', cursor: 'abc', marks: 'one', limit: '100' },
  ];

  it.each(flatInputs)('returns the same as class-transformer: %j', (given) => {
    const flat = readFlatInput(ShelfQuery, given, true);
    expect(flat).toBeInstanceOf(ShelfQuery);
    expect(flat).toEqual(plainToInstance(ShelfQuery, given, { fromText: true } as object));
  });

  const otherOrFaultyInputs = [
    { limit: 'five' },
    { limit: '0' },
    { other: '1' },
    { marks: ['one', 'two'] },
    { word: '' },
    { sort: '' },
  ];

  it.each(otherOrFaultyInputs)('returns undefined for other or faulty inputs: %j', (given) => {
    expect(readFlatInput(ShelfQuery, given, true)).toBeUndefined();
  });

  it('returns undefined for classes that contain objects of other classes', () => {
    expect(readFlatInput(Outer, { inner: 1 }, false)).toBeUndefined();
    const pipe = new ShopValidationPipe();
    expect(pipe.transform({ inner: { count: 1 } }, { type: 'body', metatype: Outer })).toEqual({ inner: { count: 1 } });
  });

  it('is used only for objects: null is refused, and a missing body is read as an empty object', () => {
    class CountBody {
      @WholeNumber({ optional: true })
      count?: number;
    }
    const read = (body: unknown) => new ShopValidationPipe().transform(body, { type: 'body', metatype: CountBody });
    for (const none of [null, [], 'text', 7])
      expect(() => read(none)).toThrow(
        expect.objectContaining({ details: [expect.objectContaining({ field: 'body' })] }),
      );
    expect(read(undefined)).toEqual({});
    expect(read({})).toEqual({});
  });

  it('reads a text as a number only in a query', () => {
    expect(readFlatInput(Inner, { count: '1' }, true)).toEqual({ count: 1 });
    expect(readFlatInput(Inner, { count: '1' }, false)).toBeUndefined();
    expect(readFlatInput(Inner, { count: 1 }, false)).toEqual({ count: 1 });
  });
});

describe('A time in a body', () => {
  const read = async (at: string): Promise<Time> =>
    new ShopValidationPipe().transform({ at }, { type: 'body', metatype: Time }) as Time;

  it.each(['2026-02-28T23:59:59Z', '2028-02-29T01:00+07:00', '2026-11-23T03:04:05.678Z'])('can be %s', async (at) => {
    expect((await read(at)).at).toEqual(new Date(at));
  });

  it.each(['2026-02-31T00:00:00Z', '2026-02-29T01:00+07:00', '2026-13-01T00:00:00Z', '2026-11-23', 'now'])(
    'cannot be %s',
    async (at) => {
      await expect(read(at)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    },
  );
});
