import { addMessages, localeOf, textOf } from './messages';

describe('The language of what is sold, by Accept-Language, in a shop that is Vietnamese', () => {
  it.each([
    [undefined, 'vi'],
    ['*', 'vi'],
    ['en', 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['vi,en;q=0.9', 'vi'],
    ['en;q=0.4,vi-VN;q=0.8', 'vi'],
    ['fr, en;q=0.3', 'en'],
    ['de', 'vi'],
    // wanted equally: the one that was named first, on the shelf as in the cart
    ['en,vi', 'en'],
    ['vi,en', 'vi'],
    ['en;q=0,vi;q=0', 'vi'],
    ['fr, *;q=0.5', 'vi'],
    ['*, en;q=0.5', 'vi'],
    ['en, *;q=0.5', 'en'],
    ['vi;q=0, *', 'en'],
  ])('for %s is %s', (header, locale) => expect(localeOf(header, 'vi')).toBe(locale));

  it.each(['vi', 'en', 'en;q=0.4, *', 'vi;q=0, *', 'en,vi'])(
    'is the language of messages as well, once a language was named: %s',
    (header) => expect(localeOf(header, 'en')).toBe(localeOf(header, 'vi')),
  );

  it.each(['*', '*;q=0.1', 'fr, *'])('is the default of each place where none was named: %s', (header) => {
    expect(localeOf(header, 'en')).toBe('en');
    expect(localeOf(header, 'vi')).toBe('vi');
  });
});

describe('Texts', () => {
  it('translate the words of ours that they are filled with', () => {
    addMessages({ vi: { TEST_STANDS: 'Đơn đang {status}', 'word.test-brewing': 'pha chế' } });
    expect(textOf('TEST_STANDS', 'vi', { status: 'test-brewing' })).toBe('Đơn đang pha chế');
    expect(textOf('TEST_STANDS', 'en', { status: 'test-brewing' }, 'It is {status}')).toBe('It is test-brewing');
  });

  it('of one code are the same wherever they are added', () => {
    addMessages({ en: { TEST_SAME: 'One' } });
    addMessages({ en: { TEST_SAME: 'One' } });
    expect(() => addMessages({ en: { TEST_SAME: 'Two' } })).toThrow('two texts for TEST_SAME');
  });
});
