import { codingFor } from './prepared';

describe('The content coding of a response', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0', 'gzip'],
    ['br;q=0.000, gzip; q=0', undefined],
    ['BR', 'br'],
    ['brotli, x-gzip', undefined],
    ['*', undefined],
  ])('for Accept-Encoding %j is %s', (accepted, coding) => {
    expect(codingFor(accepted)).toBe(coding);
  });
});
