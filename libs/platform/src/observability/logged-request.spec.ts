import { loggedUrl, browserOf, loggedNetworkOf } from './logged-request';

const id = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';

describe('A logged request', () => {
  it.each([
    [`/api/v1/orders/${id}?minVersion=2`, '/api/v1/orders/:id', `/api/v1/orders/${id}?minVersion=2`],
    ['/api/v1/orders/an%40example.com', '/api/v1/orders/:id', '/api/v1/orders/:id'],
    ['/api/v1/orders/0901234567', '/api/v1/orders/:id', '/api/v1/orders/:id'],
    ['/api/v1/products/nguyen-van-an', '/api/v1/products/:idOrSlug', '/api/v1/products/:idOrSlug'],
    ['/docs/An', '/docs/*', '/docs/*'],
    ['/An/0901234567?limit=5', undefined, '[no such route]?limit=5'],
    ['/x?limit=5&from=2026-11-23', '/x', '/x?limit=5&from=2026-11-23'],
    [
      '/x?q=an&sort=an&from=an=1&customer=0901234567',
      '/x',
      '/x?q=[redacted]&sort=[redacted]&from=[redacted]&customer=[redacted]',
    ],
    ['/x?an=1&email=an%40example.com', '/x', '/x?[redacted]=1&[redacted]=[redacted]'],
    ['/x?An', '/x', '/x?[redacted]=[redacted]'],
  ])('of %s on route %s shows %s', (url, route, shown) => expect(loggedUrl(url, route)).toBe(shown));

  it('shows the network of the client, not the address', () => {
    expect(loggedNetworkOf('203.0.113.77')).toBe('203.0.113.0/24');
    expect(loggedNetworkOf('::ffff:203.0.113.77')).toBe('203.0.113.0/24');
    expect(loggedNetworkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1::/48');
    expect(loggedNetworkOf('::1')).toBe('::/48');
    expect(loggedNetworkOf('an')).toBe('[redacted]');
  });

  it('shows the kind of the client program', () => {
    expect(browserOf('Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/17 Safari/605')).toBe('Safari');
    expect(browserOf('Ans-Telephone/1.0')).toBe('other');
    expect(browserOf(undefined)).toBeUndefined();
  });
});
