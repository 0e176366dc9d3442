import { sanitizeStory } from './harmless-html.adapter';
import { toJsonAnswer, withMember } from './json-answer';

describe('The body of a response', () => {
  it('contains the data, and its ETag changes with the data', () => {
    const one = toJsonAnswer('[1]', { hasMore: false });
    expect(JSON.parse(one.body)).toEqual({ success: true, data: [1], meta: { hasMore: false } });
    expect(toJsonAnswer('[2]').etag).not.toBe(one.etag);
  });
  it('can get one more field', () =>
    expect(JSON.parse(withMember('{"a":1}', 'b', { c: '"' }))).toEqual({ a: 1, b: { c: '"' } }));
});

describe('Rich text', () => {
  it.each([
    ['<p>Ngon <strong>lắm</strong></p>', '<p>Ngon <strong>lắm</strong></p>'],
    ['<img src=x onerror=alert(1)>', ''],
    ['<a href="javascript:alert(1)" onclick="x()">đây</a>', '<a rel="nofollow noopener">đây</a>'],
    ['<a href="https://example.com">đây</a>', '<a href="https://example.com" rel="nofollow noopener">đây</a>'],
    ['1 < 2 & 3', '1 &lt; 2 &amp; 3'],
  ])('%s is shown as %s', (sent, shown) => expect(sanitizeStory(sent)).toBe(shown));
  it('can be missing', () => expect(sanitizeStory(null)).toBeNull());
});
