import { mayReadMetrics } from './metrics-reader';

const TOKEN = 'a-token-of-16-or-more';

describe('The metrics can be read', () => {
  it.each([
    ['127.0.0.1', {}, true],
    ['127.8.0.1', {}, true],
    ['::1', {}, true],
    ['::ffff:127.0.0.1', {}, true],
    ['192.0.2.7', {}, false],
    ['2001:db8::1', {}, false],
    [undefined, {}, false],
    ['127.0.0.1', { 'x-forwarded-for': '192.0.2.7' }, false],
    ['127.0.0.1', { forwarded: 'for=192.0.2.7' }, false],
    ['127.0.0.1', { via: '1.1 proxy' }, false],
  ])('without settings, from %s with %j: %s', (peer, headers, isAllowed) => {
    expect(mayReadMetrics({ peer, headers }, {})).toBe(isAllowed);
  });

  it('only with the token, if a token is set', () => {
    const readWith = (authorization?: string, peer = '192.0.2.7') =>
      mayReadMetrics({ peer, headers: { ...(authorization && { authorization }) } }, { metricsToken: TOKEN });
    expect([
      readWith(`Bearer ${TOKEN}`),
      readWith(`bearer  ${TOKEN}`),
      readWith(TOKEN),
      readWith('Bearer x'),
      readWith(),
    ]).toEqual([...[true, true, false, false, false]]);
    expect(readWith(undefined, '127.0.0.1')).toBe(false);
  });

  it('only at their own port, if a port is set and no token', () => {
    expect(mayReadMetrics({ peer: '127.0.0.1', headers: {} }, { metricsPort: 9464 })).toBe(false);
  });
});
