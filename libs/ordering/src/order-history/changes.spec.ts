import { changesBetween } from './changes';

describe('What changed between two values', () => {
  it('is nothing if the values are equal', () => {
    expect(changesBetween({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([]);
  });

  it('is listed by path', () => {
    const before = { status: 'pending', payment: { status: 'pending', paid: 0 }, refunds: [] };
    const after = { status: 'confirmed', payment: { status: 'paid', paid: 0 }, refunds: [{ id: 'r' }] };
    expect(changesBetween(before, after)).toEqual([
      { path: 'status', before: 'pending', after: 'confirmed' },
      { path: 'payment.status', before: 'pending', after: 'paid' },
      { path: 'refunds.0', before: undefined, after: { id: 'r' } },
    ]);
  });

  it('is one change if a whole object was added, was removed, or replaced a value of another type', () => {
    expect(changesBetween({ a: null, b: { c: 1 } }, { a: { d: 1 } })).toEqual([
      { path: 'a', before: null, after: { d: 1 } },
      { path: 'b', before: { c: 1 }, after: undefined },
    ]);
  });
});
