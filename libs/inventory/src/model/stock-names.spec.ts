import * as fc from 'fast-check';
import { itemOfVariant, nameItems, type NamedItem } from './stock-names';

const item = (id: string, sku: string | null, more: Partial<NamedItem> = {}): NamedItem => ({
  item: id,
  variantId: `v-${id}`,
  sku,
  named: 1,
  formerSku: null,
  ...more,
});
const skusAfter = (items: readonly NamedItem[], changed: readonly NamedItem[]) => {
  const after = new Map([...items, ...changed].map((one) => [one.item, one.sku]));
  return Object.fromEntries(after);
};

describe('Naming stock', () => {
  it('gives one item another SKU', () => {
    const items = [item('a', 'A')];
    expect(skusAfter(items, nameItems(items, [{ variantId: 'v-a', was: 'A', sku: 'C' }], 2))).toEqual({ a: 'C' });
  });

  it('lets two items exchange their SKUs', () => {
    const items = [item('a', 'A'), item('b', 'B')];
    const swap = [
      { variantId: 'v-a', was: 'A', sku: 'B' },
      { variantId: 'v-b', was: 'B', sku: 'A' },
    ];
    expect(skusAfter(items, nameItems(items, swap, 2))).toEqual({ a: 'B', b: 'A' });
  });

  it('takes a SKU from the item that had this SKU before, and ignores an older message', () => {
    const items = [item('a', 'A'), item('b', 'B')];
    const taken = nameItems(items, [{ variantId: 'v-b', sku: 'A' }], 3);
    expect(skusAfter(items, taken)).toEqual({ a: null, b: 'A' });
    const after = items.map((one) => taken.find((other) => other.item === one.item) ?? one);
    expect(nameItems(after, [{ variantId: 'v-b', sku: 'B' }], 2)).toEqual([]);
    expect(skusAfter(after, nameItems(after, [{ variantId: 'v-a', sku: 'T' }], 2))).toEqual({ a: 'T', b: 'A' });
  });

  it('finds old stock without a variant, also after its SKU was taken', () => {
    const old = item('a', 'A', { variantId: null, named: 0 });
    expect(itemOfVariant({ variantId: 'v-a', was: 'A', sku: 'C' }, [old])).toBe(old);
    const unnamed = { ...old, sku: null, formerSku: 'A' };
    expect(itemOfVariant({ variantId: 'v-a', was: 'A', sku: 'C' }, [unnamed])).toBe(unnamed);
    expect(nameItems([old], [{ variantId: 'v-a', sku: 'A' }], 1)).toMatchObject([{ variantId: 'v-a', sku: 'A' }]);
  });

  it('gives every item the SKU that the catalogue has, in any order of the messages', () => {
    const products = [0, 0, 1, 1, 2]; // the product of each variant
    const skus = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
    const choice = fc.record({
      product: fc.nat({ max: 2 }),
      order: fc.shuffledSubarray(skus, { minLength: 7, maxLength: 7 }),
    });
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (edits, chance) => {
        const catalogue = products.map((_, variant) => skus[variant]);
        const messages = edits.map(({ product, order }, index) => {
          const others = catalogue.filter((_, variant) => products[variant] !== product);
          const free = order.filter((sku) => !others.includes(sku));
          const names = products.flatMap((owner, variant) => {
            if (owner !== product) return [];
            const naming = { variantId: `v-${variant}`, was: catalogue[variant], sku: free.shift()! };
            return naming.sku === naming.was ? [] : [{ variant, naming }];
          });
          for (const { variant, naming } of names) catalogue[variant] = naming.sku;
          return { product, named: index + 2, names: names.map(({ naming }) => naming) };
        });
        let items = products.map((_, variant) => item(String(variant), skus[variant]));
        const queues = [0, 1, 2].map((product) => messages.filter((message) => message.product === product));
        while (queues.some((queue) => queue.length > 0)) {
          const waiting = queues.filter((queue) => queue.length > 0);
          const { names, named } = waiting[chance.next().value! % waiting.length].shift()!;
          const changed = nameItems(items, names, named);
          items = items.map((one) => changed.find((other) => other.item === one.item) ?? one);
          const usedSkus = items.flatMap(({ sku }) => sku ?? []);
          expect(new Set(usedSkus).size).toBe(usedSkus.length);
        }
        expect(items.map(({ sku }) => sku)).toEqual(catalogue);
      }),
    );
  });
});
