import fc from 'fast-check';
import { inheritedNames, JSON_LIMITS, jsonExcess } from './foreign-json';

const nested = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

describe('JSON from outside', () => {
  it('can be nested up to the limit, and not deeper', () => {
    expect(jsonExcess(nested(32))).toBeUndefined();
    expect(jsonExcess(nested(33))).toBe('deep');
    expect(jsonExcess(JSON.parse(`${'['.repeat(400_000)}${']'.repeat(400_000)}`))).toBe('deep');
  });

  it('can have as many members and entries as the limit allows, counted over all levels', () => {
    const limits = { depth: 3, values: 4 };
    expect(jsonExcess({ a: [1, 2], b: 1 }, limits)).toBeUndefined();
    expect(jsonExcess({ a: [1, 2, 3], b: 1 }, limits)).toBe('many');
    expect(jsonExcess(Array(JSON_LIMITS.values + 1).fill(0))).toBe('many');
  });

  it.each([1, 'text', null, undefined, true, [], {}])('never exceeds the limits if it is only %j', (value) => {
    expect(jsonExcess(value, { depth: 1, values: 0 })).toBeUndefined();
  });

  it.each(Object.getOwnPropertyNames(Object.prototype))('is reported for a field called %s, at any depth', (name) => {
    expect(inheritedNames(JSON.parse(`{"${name}":1}`))).toEqual([name]);
    expect(inheritedNames(JSON.parse(`{"a":[{"b":{"${name}":{}}}]}`))).toEqual([`a.0.b.${name}`]);
  });

  it('is not reported for names that its objects only inherit', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!Object.getOwnPropertyNames(Object.prototype).some((name) => text.includes(`"${name}"`)));
        expect(inheritedNames(JSON.parse(text))).toEqual([]);
      }),
    );
  });
});
