import './common-messages';
import { ShopValidationPipe, type InvalidInput } from './validation.pipe';
import { AnyObject, ListOf, Nested, Text, WholeNumber } from './fields';

let created = 0;

class Coffee {
  constructor() {
    created += 1;
  }

  @WholeNumber({ min: 1 })
  grams!: number;
}

class Menu {
  @ListOf(() => Coffee, { max: 3 })
  coffees!: Coffee[];

  @Nested(() => Coffee, { optional: true })
  first?: Coffee;

  @ListOf('uuid', { max: 2, optional: true })
  marks?: string[];

  @Text({ max: 9, optional: true })
  name?: string;

  @AnyObject({ optional: true })
  notes?: object;
}

const repeat = <Value>(count: number, value: (n: number) => Value) => Array.from({ length: count }, (_, n) => value(n));
const withNames = (count: number) => Object.fromEntries(repeat(count, (n) => [`n${n}`, n]));

function read(body: object) {
  created = 0;
  try {
    return new ShopValidationPipe().transform(body, { type: 'body', metatype: Menu });
  } catch (error) {
    const { details, more } = error as InvalidInput;
    return { details, more, created };
  }
}

class Day {
  @ListOf(() => Menu, { max: 2 })
  menus!: Menu[];
}

describe('A free-form object', () => {
  it('is given to the handler unchanged at any depth, and its values are not copied', () => {
    const notes = { ...withNames(1_000), inner: [{ coffees: [] }], text: 'x' };
    const pipe = new ShopValidationPipe();
    const day = pipe.transform({ menus: [{ coffees: [], notes }] }, { type: 'body', metatype: Day }) as Day;
    expect(day.menus[0].notes).toBe(notes);
    const refused = (bad: unknown) => () => pipe.transform({ menus: [{ coffees: [], notes: bad }] }, { type: 'body', metatype: Day }); // prettier-ignore
    for (const bad of [7, 'text', [notes], null])
      expect(refused(bad)).toThrow(expect.objectContaining({ details: [expect.objectContaining({ field: 'menus.0.notes' })] })); // prettier-ignore
  });
});

describe('A body that is much larger than its class allows', () => {
  const coffees = [{ grams: 1 }];

  it('is refused for a long list before the entries are read', () => {
    expect(read({ coffees: repeat(20_000, () => ({ x: 1 })) })).toEqual({
      ...{ details: [{ field: 'coffees', message: 'must have at most 3 entries' }], more: 0, created: 0 },
    });
    expect(read({ coffees, marks: repeat(20_000, () => 'x') })).toMatchObject({
      ...{ details: [{ field: 'marks', message: 'must have at most 2 entries' }], created: 0 },
    });
  });

  it('is refused for unknown names: all of them are counted, and twenty are reported', () => {
    const top = read({ coffees, ...withNames(19_000) });
    expect(top).toMatchObject({ more: 18_980, created: 0 });
    const inside = read({ coffees: [{ grams: 1, ...withNames(30) }] });
    expect(inside).toMatchObject({ more: 10, created: 0 });
    expect((inside as { details: unknown[] }).details[0]).toEqual({
      ...{ field: 'coffees.0.n0', message: 'is not known here' },
    });
  });

  it('is refused for a large structure in a field for one value or one object', () => {
    const structure = repeat(5_000, (n) => ({ [`n${n}`]: n }));
    for (const [field, message] of [
      ['name', 'must be text'],
      ['first', 'must be an object'],
    ])
      expect(read({ coffees, [field]: structure })).toEqual({ details: [{ field, message }], more: 0, created: 0 });
  });

  it('is refused for a list in place of an entry', () => {
    expect(read({ coffees: [repeat(19_000, () => ({}))] })).toMatchObject({
      created: 0,
      details: [{ field: 'coffees.0' }],
    });
  });

  it('has a separate check; other wrong bodies, and bodies that are allowed to be large, are checked as usual', () => {
    expect(read({ coffees: [{ grams: 0 }, { more: 1 }], name: 5, wrong: 1 })).toMatchObject({
      details: [
        { field: 'wrong', message: 'is not known here' },
        { field: 'coffees.0.grams', message: 'must be at least 1' },
        { field: 'coffees.1.more', message: 'is not known here' },
        { field: 'coffees.1.grams', message: 'is required' },
        { field: 'name', message: 'must be text' },
      ],
    });
    expect(read({ coffees, notes: withNames(5_000) })).toMatchObject({ coffees, notes: { n4999: 4999 } });
  });
});
