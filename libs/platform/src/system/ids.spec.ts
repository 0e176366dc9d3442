import { isUuid } from '#kernel';
import { SystemIds, TestIds } from './ids';

describe('New ids', () => {
  it('are version 7 UUIDs that increase, even within a millisecond', () => {
    const ids = new SystemIds();
    const many = Array.from({ length: 10_000 }, () => ids.next());
    expect(many.every(isUuid)).toBe(true);
    expect(many[0][14]).toBe('7');
    expect([...many].sort()).toEqual(many);
    expect(new Set(many).size).toBe(many.length);
  });

  it('begin with the millisecond of their creation', () => {
    const before = Date.now();
    const made = parseInt(new SystemIds().next().replaceAll('-', '').slice(0, 12), 16);
    expect(made).toBeGreaterThanOrEqual(before);
    expect(made).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('are predictable in tests', () => {
    expect(new TestIds().next()).toBe(new TestIds().next());
  });
});
