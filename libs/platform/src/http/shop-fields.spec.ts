import { Amount, From, Until } from './shop-fields';
import { ShopValidationPipe } from './validation.pipe';

class Range {
  @From('From.')
  from?: Date;

  @Until('To.')
  to?: Date;
}

const read = (range: object): Range =>
  new ShopValidationPipe().transform(range, { type: 'query', metatype: Range }) as Range;

describe('A range of time', () => {
  it('can be given in days, which are days in Vietnam', () => {
    expect(read({ from: '2026-11-23', to: '2026-11-23' })).toEqual({
      from: new Date('2026-11-22T17:00:00Z'),
      to: new Date('2026-11-23T17:00:00Z'),
    });
    expect(read({ from: '2028-02-29' }).from).toEqual(new Date('2028-02-28T17:00:00Z'));
  });

  it('can be given in times with a zone', () => {
    for (const at of ['2026-11-23T03:04:05Z', '2026-11-23T10:04:05+07:00'])
      expect(read({ from: at, to: at })).toEqual({ from: new Date(at), to: new Date(at) });
    expect(read({})).toEqual({});
  });

  it.each(['2026-02-30', '2026-02-30T00:00:00Z', '2026-11-23T24:00:00Z', '2026-11-23T00:00:00', '0001-01-01', 'now', ['a'], ''])(
    'cannot be %j',
    (text) => {
      for (const field of ['from', 'to'])
        expect(() => read({ [field]: text })).toThrow(
          expect.objectContaining({ code: 'VALIDATION_ERROR', details: [expect.objectContaining({ field })] }),
        );
    },
  ); // prettier-ignore
});

class AmountBody {
  @Amount({ min: 1, max: 100, optional: true })
  amount?: object;
}

describe('An amount in a body', () => {
  const amount = (given: unknown) =>
    (new ShopValidationPipe().transform({ amount: given }, { type: 'body', metatype: AmountBody }) as AmountBody)
      .amount;

  it('is Money, or a number of whole đồng', () => {
    for (const form of [25, { amount: 25, currency: 'VND' }])
      expect(amount(form)).toEqual({ amount: 25, currency: 'VND' });
    expect(amount(undefined)).toBeUndefined();
  });

  it.each([0, 101, 2.5, '25', null, [], [25], {}, { amount: 25 }, { amount: 25, currency: 'USD' }, { amount: '25', currency: 'VND' }, { amount: 25, currency: 'VND', x: 1 }, { amount: { amount: 25, currency: 'VND' }, currency: 'VND' }])(
    'cannot be %j',
    (given) => expect(() => amount(given)).toThrow(expect.objectContaining({ code: 'VALIDATION_ERROR' })),
  ); // prettier-ignore
});
