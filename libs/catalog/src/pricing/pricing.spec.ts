import fc from 'fast-check';

import { isPriced, type WantedLine } from '#contracts/catalog';

import type { ModifierGroup } from '../model/product';
import { priceLine, type Offer } from './pricing';

const option = (id: string, price = 0, max = 1, byDefault: boolean | number = false) => ({
  id,
  name: id,
  nameEn: `${id} (en)`,
  price,
  max,
  default: byDefault,
});
const sugar: ModifierGroup = {
  id: 'sugar',
  name: 'Đường',
  nameEn: 'Sugar',
  min: 1,
  max: 1,
  options: [option('full', 0, 1, true), option('half')],
};
const toppings: ModifierGroup = {
  id: 'toppings',
  name: 'Thêm',
  nameEn: null,
  min: 0,
  max: 3,
  options: [option('pearls', 10_000, 2), option('jelly', 8_000)],
};
const milk: ModifierGroup = { ...sugar, id: 'milk', name: 'Sữa', options: [option('fresh'), option('oat', 12_000)] };

const offer: Offer = {
  productId: 'p',
  variantId: 'v',
  sku: 'TRA-SUA-M',
  name: 'Trà sữa',
  variantName: 'M',
  imageUrl: null,
  price: 45_000,
  available: 7,
  modifiers: [sugar, toppings],
};
const lineOf = (quantity: number, ...modifiers: [string, number][]): WantedLine => ({
  variantId: 'v',
  quantity,
  modifiers: modifiers.map(([optionId, count]) => ({ optionId, quantity: count })),
});
const refused = (line: WantedLine, on: Offer = offer) => {
  const result = priceLine(line, on, 'vi');
  return isPriced(result) ? undefined : result;
};
const priced = (line: WantedLine, on: Offer = offer) => {
  const result = priceLine(line, on, 'vi');
  if (!isPriced(result)) throw new Error(result.message);
  return result;
};

describe('Pricing a line', () => {
  it('uses the price of the variant and its default options if no option is chosen', () => {
    const line = priced(lineOf(2));
    expect(line.unitPrice.amount).toBe(45_000);
    expect(line.lineTotal.amount).toBe(90_000);
    expect(line.modifiers).toEqual([
      { optionId: 'full', quantity: 1, group: 'Đường', name: 'full', price: { amount: 0, currency: 'VND' } },
    ]);
  });
  it('adds the price of each chosen option, times its quantity', () =>
    expect(priced(lineOf(1, ['half', 1], ['pearls', 2], ['jelly', 1])).unitPrice.amount).toBe(73_000));
  it('uses the choice instead of the default', () =>
    expect(priced(lineOf(1, ['half', 1])).modifiers.map(({ optionId }) => optionId)).toEqual(['half']));
  it('adds the quantities of an option that is named twice', () =>
    expect(refused(lineOf(1, ['pearls', 1], ['pearls', 2]))?.code).toBe('MODIFIERS_INVALID'));
  it('uses the requested language, and Vietnamese where a text is missing', () => {
    const line = priceLine(lineOf(1, ['jelly', 1]), offer, 'en');
    expect(isPriced(line) && line.modifiers.map(({ group, name }) => [group, name])).toEqual([
      ['Sugar', 'full (en)'],
      ['Thêm', 'jelly (en)'],
    ]);
  });
});

describe('A line is refused', () => {
  it('when the variant is not on sale', () =>
    expect(priceLine(lineOf(1), undefined, 'en')).toEqual({
      variantId: 'v',
      code: 'VARIANT_UNAVAILABLE',
      message: 'This is not on sale at the moment.',
    }));
  it('with the current names in the requested language, and with the options that still exist', () => {
    const line = lineOf(1, ['half', 1], ['salt', 1]);
    const known = { productId: 'p', sku: 'TRA-SUA-M', name: 'Trà sữa', variantName: 'M', imageUrl: null };
    expect(priceLine(line, offer, 'en')).toMatchObject({
      code: 'MODIFIERS_INVALID',
      known: { ...known, available: offer.available, modifiers: [{ optionId: 'half', group: 'Sugar', name: 'half (en)' }] }, // prettier-ignore
    });
    expect(priceLine(line, { ...offer, sold: false }, 'vi')).toMatchObject({
      code: 'VARIANT_UNAVAILABLE',
      known: { ...known, available: 0, modifiers: [{ optionId: 'half', group: 'Đường', name: 'half' }] },
    });
  });
  it.each([
    ['an option belongs to another product', lineOf(1, ['salt', 1])],
    ['an option is chosen too often', lineOf(1, ['jelly', 2])],
    ['too many options of a group are chosen', lineOf(1, ['half', 1], ['full', 1])],
    ['a quantity is zero', lineOf(1, ['jelly', 0])],
  ])('when %s', (_, line) => expect(refused(line)?.code).toBe('MODIFIERS_INVALID'));
  it('when a group needs a choice, has no default and got none', () =>
    expect(refused(lineOf(1), { ...offer, modifiers: [milk] })?.message).toBe('“Sữa”: hãy chọn ít nhất 1.'));
});

describe('Totals', () => {
  it('are the price of one piece with its options, times the quantity', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 1 }),
        (n, pearls, jelly) => {
          const chosen: [string, number][] = [];
          if (pearls) chosen.push(['pearls', pearls]);
          if (jelly) chosen.push(['jelly', jelly]);
          expect(priced(lineOf(n, ...chosen)).lineTotal.amount).toBe(n * (45_000 + pearls * 10_000 + jelly * 8_000));
        },
      ),
    ));
});
