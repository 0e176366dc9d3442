import fc from 'fast-check';
import { inheritedNames, JSON_LIMITS, jsonExcess } from './foreign-json';

const nested = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

describe("A stranger's JSON", () => {
  it('may be as deep as the limit and no deeper, however deep it is', () => {
    expect(jsonExcess(nested(32))).toBeUndefined();
    expect(jsonExcess(nested(33))).toBe('deep');
    expect(jsonExcess(JSON.parse(`${'['.repeat(400_000)}${']'.repeat(400_000)}`))).toBe('deep');
  });

  it('may have as many members and entries as the limit, wherever they are', () => {
    const limits = { depth: 3, values: 4 };
    expect(jsonExcess({ a: [1, 2], b: 1 }, limits)).toBeUndefined();
    expect(jsonExcess({ a: [1, 2, 3], b: 1 }, limits)).toBe('many');
    expect(jsonExcess(Array(JSON_LIMITS.values + 1).fill(0))).toBe('many');
  });

  it.each([1, 'text', null, undefined, true, [], {}])('is never too much when it is only %j', (value) => {
    expect(jsonExcess(value, { depth: 1, values: 0 })).toBeUndefined();
  });

  it.each(Object.getOwnPropertyNames(Object.prototype))('has a field called %s found at any depth', (name) => {
    expect(inheritedNames(JSON.parse(`{"${name}":1}`))).toEqual([name]);
    expect(inheritedNames(JSON.parse(`{"a":[{"b":{"${name}":{}}}]}`))).toEqual([`a.0.b.${name}`]);
  });

  it('has no such field found where it only inherits them', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!Object.getOwnPropertyNames(Object.prototype).some((name) => text.includes(`"${name}"`)));
        expect(inheritedNames(JSON.parse(text))).toEqual([]);
      }),
    );
  });
});
