import { isReservedSlug, reservedWordsOf } from './reserved-words';

const routes = ['/products', 'products/popular', 'products/:idOrSlug', '/admin/products/imports/:id', 'search/suggest'];

describe('Reserved words', () => {
  it('are the fixed words of routes at the position of a slug', () => {
    expect([...reservedWordsOf('products', routes)].sort()).toEqual(['imports', 'popular']);
    expect([...reservedWordsOf('search', routes)]).toEqual(['suggest']);
    expect([...reservedWordsOf('brands', routes)]).toEqual([]);
  });
  it.each([
    ['popular', true],
    ['Popular', true],
    ['popular-tea', false],
    ['019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071', true],
    ['019AB3C4-5D6E-7F80-9A1B-2C3D4E5F6071', true],
    ['019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071-x', false],
  ])('the slug %s is reserved: %s', (slug, reserved) =>
    expect(isReservedSlug(slug, reservedWordsOf('products', routes))).toBe(reserved),
  );
});
