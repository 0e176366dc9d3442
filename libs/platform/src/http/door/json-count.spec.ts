import fc from 'fast-check';
import { jsonExcess } from '#kernel';
import { JsonCount } from './json-count';

const NO_LIMITS = { keys: Infinity, values: Infinity, depth: Infinity };

const countIn = (text: string, limits = NO_LIMITS, step = text.length + 1) => {
  const count = new JsonCount(limits);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += step) count.addBytes(bytes.subarray(at, at + step));
  return count;
};

/** The number of members and entries in a parsed value, at all levels. */
const valuesOf = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : Object.values(value).reduce((sum: number, child) => sum + 1 + valuesOf(child), 0);

describe('JsonCount', () => {
  it.each([
    ['7', 0, 0],
    ['{}', 0, 0],
    ['[ ]', 0, 0],
    ['[[],{}]', 0, 2],
    ['{"a":1,"a":2}', 2, 2],
    [String.raw`{"a\",[":"b\\","c":[1,2,"{[,:"]}`, 2, 5],
    ['{"a" : [ { } , [ ] ] }', 1, 3],
  ])('counts in %s %i names and %i values', (text, keys, values) => {
    const count = countIn(text);
    expect([count.keys, count.values]).toEqual([keys, values]);
  });

  it('counts as many values as the parsed text has, however the bytes arrive', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 1, max: 9 }), (text, step) => {
        const parsed: unknown = JSON.parse(text);
        const isPlain = JSON.stringify(parsed).length === text.length; // the text has no repeated names
        fc.pre(isPlain);
        const count = countIn(text, NO_LIMITS, step);
        expect(count.values).toBe(valuesOf(parsed));
        const values = Math.max(0, count.values - 1);
        expect(countIn(text, { ...NO_LIMITS, values }, step).excess).toBe(
          jsonExcess(parsed, { depth: Infinity, values }),
        );
      }),
    );
  });

  it('stops at the first limit that is exceeded', () => {
    expect(countIn('[[[]]]', { ...NO_LIMITS, depth: 2 }).excess).toBe('deep');
    expect(countIn('[1,2,3]', { ...NO_LIMITS, values: 2 }).excess).toBe('many');
    expect(countIn('{"a":{"b":1}}', { ...NO_LIMITS, keys: 1 }).excess).toBe('names');
    const count = countIn(`[${'{},'.repeat(300_000)}{}]`, { ...NO_LIMITS, values: 1_000 });
    expect([count.excess, count.values]).toEqual(['many', 1_001]);
  });
});
