import { addMessages, localeOf, textOf } from './messages';

describe('The language of products, if Vietnamese is the default', () => {
  it.each([
    [undefined, 'vi'],
    ['*', 'vi'],
    ['en', 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['vi,en;q=0.9', 'vi'],
    ['en;q=0.4,vi-VN;q=0.8', 'vi'],
    ['fr, en;q=0.3', 'en'],
    ['de', 'vi'],
    // Both languages are preferred equally, so the first language counts.
    ['en,vi', 'en'],
    ['vi,en', 'vi'],
    ['en;q=0,vi;q=0', 'vi'],
    ['fr, *;q=0.5', 'vi'],
    ['*, en;q=0.5', 'vi'],
    ['en, *;q=0.5', 'en'],
    ['vi;q=0, *', 'en'],
  ])('for Accept-Language %s is %s', (header, locale) => expect(localeOf(header, 'vi')).toBe(locale));

  it.each(['vi', 'en', 'en;q=0.4, *', 'vi;q=0, *', 'en,vi'])(
    'is also the language of messages, if the header names a language: %s',
    (header) => expect(localeOf(header, 'en')).toBe(localeOf(header, 'vi')),
  );

  it.each(['*', '*;q=0.1', 'fr, *'])('is the default, if the header names no language: %s', (header) => {
    expect(localeOf(header, 'en')).toBe('en');
    expect(localeOf(header, 'vi')).toBe('vi');
  });
});

describe('Texts', () => {
  it('translate the values of their params', () => {
    addMessages({ vi: { TEST_STANDS: 'Đơn đang {status}', 'word.test-brewing': 'pha chế' } });
    expect(textOf('TEST_STANDS', 'vi', { status: 'test-brewing' })).toBe('Đơn đang pha chế');
    expect(textOf('TEST_STANDS', 'en', { status: 'test-brewing' }, 'It is {status}')).toBe('It is test-brewing');
  });

  it('of one code must be equal, even if different contexts add them', () => {
    addMessages({ en: { TEST_SAME: 'One' } });
    addMessages({ en: { TEST_SAME: 'One' } });
    expect(() => addMessages({ en: { TEST_SAME: 'Two' } })).toThrow('two texts for TEST_SAME');
  });
});
