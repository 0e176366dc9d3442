import { RecentLevels } from './recent-levels';
import type { Stock } from './stock';

const level = (n: number, more: Partial<Stock> = {}): Stock => ({
  ...{ item: `item-${n}`, variantId: `variant-${n}`, sku: `SKU-${n}`, onHand: 10, reserved: 0, version: 1 },
  ...more,
});
const line = (n: number, more: object = {}) => ({ variantId: `variant-${n}`, sku: `SKU-${n}`, quantity: 1, ...more });
const movement = (n: number, onHand: number, reserved: number) =>
  ({ item: `item-${n}`, sku: `SKU-${n}`, kind: 'committed', onHand, reserved }) as const;

describe('The stock levels in memory', () => {
  it('are returned, once for each item, if the levels of all lines are known', () => {
    const levels = new RecentLevels();
    levels.remember([level(1), level(2)]);
    expect(levels.of([line(1), line(2), line(1)])).toEqual([level(1), level(2)]);
    expect(levels.of([line(1), line(3)])).toBeUndefined();
    expect(levels.of([])).toBeUndefined();
  });

  it('are not used for a line that names another SKU, or no variant', () => {
    const levels = new RecentLevels();
    levels.remember([level(1), level(2, { variantId: null })]);
    expect(levels.of([line(1, { sku: 'SKU-2' })])).toBeUndefined();
    expect(levels.of([line(2, { variantId: undefined })])).toBeUndefined();
  });

  it('change when stock moves, if they are in memory', () => {
    const levels = new RecentLevels();
    levels.remember([level(1, { onHand: 10, reserved: 2, version: 7 })]);
    levels.move([level(1), level(2)], [movement(1, -2, -2), movement(2, -1, -1)]);
    expect(levels.of([line(1)])).toEqual([level(1, { onHand: 8, reserved: 0, version: 8 })]);
    expect(levels.of([line(2)])).toBeUndefined();
  });

  it('are deleted when they were wrong, and when there are many newer levels', () => {
    const levels = new RecentLevels();
    levels.remember([level(1), level(2)]);
    levels.forget([level(1)]);
    expect(levels.of([line(1)])).toBeUndefined();
    for (let n = 3; n < 502; n++) levels.remember([level(n)]);
    expect(levels.of([line(2)])).toBeDefined();
    levels.remember([level(502)]);
    expect(levels.of([line(2)])).toBeUndefined();
    expect(levels.of([line(502)])).toBeDefined();
  });
});
