import { productFaults } from './product-faults';
import type { ProductDraft } from './product';
import { changeProduct, createProduct } from './shelve-product';
import { skuOf, slugOf } from './slug';

const id = '01900000-0000-7000-8000-000000000001';
const draft: ProductDraft = {
  name: 'Cà phê sữa đá',
  description: 'Cà phê phin với sữa đặc.',
  basePrice: 29_000,
  categoryId: id,
  brandId: id,
  variants: [
    { name: 'M', type: 'size', stock: 5 },
    { name: 'L', type: 'size', priceAdjustment: 6_000, stock: 3 },
  ],
  modifiers: [{ name: 'Đường', min: 1, max: 1, options: [{ name: '100%', default: true }, { name: '50%' }] }],
};
const product = createProduct(id, 'ca-phe-sua-da', draft);
const fields = (body: unknown) => productFaults(body).map(({ field }) => field);

describe('A product on the shelf', () => {
  it('computes a price and a SKU for each variant', () => {
    expect(product.variants.map(({ sku, price }) => [sku, price])).toEqual([
      ['CA-PHE-SUA-DA-M', 29_000],
      ['CA-PHE-SUA-DA-L', 35_000],
    ]);
  });
  it('stores texts exactly as they were sent', () => {
    const odd = createProduct(id, 'x', { ...draft, name: '  <b>Trà</b> & co ', story: '<script>1</script>' });
    expect([odd.name, odd.story]).toEqual(['  <b>Trà</b> & co ', '<script>1</script>']);
  });
  it('keeps the ids of the variants and options that remain after a change', () => {
    const changed = changeProduct(product, {
      basePrice: 31_000,
      variants: [
        { name: 'L', type: 'size', priceAdjustment: 5_000 },
        { name: 'XL', type: 'size', stock: 9 },
      ],
      modifiers: [{ name: 'Đường', options: [{ name: '50%' }, { name: '0%' }] }],
    });
    expect(changed.variants[0]).toMatchObject({ id: product.variants[1].id, price: 36_000, stock: 3 });
    expect(changed.variants[1]).toMatchObject({ sku: 'CA-PHE-SUA-DA-XL', stock: 9 });
    expect(changed.modifiers[0].options[0].id).toBe(product.modifiers[0].options[1].id);
  });
  it('changes every price when the base price changes', () =>
    expect(changeProduct(product, { basePrice: 30_000 }).variants.map(({ price }) => price)).toEqual([30_000, 36_000]));
});

describe('Checking a product', () => {
  it('finds no fault in a valid product', () => expect(productFaults(draft)).toEqual([]));
  it('reports all faults at once', () =>
    expect(
      fields({
        basePrice: 1_000,
        variants: [
          { name: 'M', type: 'size', priceAdjustment: -1_000, sku: 'A' },
          { name: ' m', type: 'Size', sku: 'A' },
        ],
        modifiers: [
          { name: 'Đường', min: 2, max: 1, options: [{ name: 'a', default: 2, max: 1 }, { name: 'A' }] },
          { name: 'đường', min: 3, max: 5, options: [{ name: 'b' }] },
        ],
      }),
    ).toEqual([
      'variants.0.priceAdjustment',
      'variants.1.name',
      'variants.1.sku',
      'modifiers.0.min',
      'modifiers.0.options.0.default',
      'modifiers.0.options',
      'modifiers.0.options.1.name',
      'modifiers.1.min',
      'modifiers.1.name',
    ]));
  it.each([null, 7, [], { variants: 'x', modifiers: 3 }, { variants: [null, 3], modifiers: [null] }])(
    'ignores invalid values: %j',
    (junk) => expect(() => productFaults(junk)).not.toThrow(),
  );
});

describe('Slugs and SKUs', () => {
  it('contain only plain letters', () => expect(slugOf('Trà Ô Long – Đào!', 'x')).toBe('tra-o-long-dao'));
  it('use the fallback if there are no letters', () => expect(slugOf('抹茶', 'p-1')).toBe('p-1'));
  it('are at most 80 characters long', () => expect(slugOf('trà '.repeat(100), 'x').length).toBeLessThanOrEqual(80));
  it('are cut inside a word if they are too long', () => {
    expect(slugOf('x'.repeat(100), 'y')).toBe('x'.repeat(80));
    expect(skuOf('Y'.repeat(50), 'z'.repeat(30), '1')).toBe(`${'Y'.repeat(40)}-${'Z'.repeat(20)}`);
    expect(slugOf(`ab ${'x'.repeat(90)} cd`, 'y')).toBe(`ab-${'x'.repeat(77)}`);
  });
  it('of variants are made from the stem and the name of the variant', () =>
    expect(skuOf('CA-PHE', 'Nóng', '1')).toBe('CA-PHE-NONG'));
});
