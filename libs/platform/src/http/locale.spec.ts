import { localeOf } from './messages';

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
  ])('for %s is %s', (header, locale) => expect(localeOf(header, 'vi')).toBe(locale));
});
