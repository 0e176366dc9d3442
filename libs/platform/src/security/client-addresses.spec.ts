import type { IncomingMessage } from 'node:http';
import { addressOf, isLoopbackAddress, parseAddress } from './addresses';
import { ClientAddresses } from './client-addresses';

const from = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('A text with an address', () => {
  it.each<readonly [string, string | undefined]>([
    ['203.0.113.9', '203.0.113.9'],
    [' 203.0.113.9:1000 ', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['0:0:0:0:0:FFFF:203.0.113.9', '203.0.113.9'],
    ['2001:0DB8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['"[2001:db8::1]:443"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:443', 'fe80::1'],
    ...['unknown', '_hidden', 'garbage1', '', '203.0.113', '203.0.113.9:x', '203.0.113.9:', '010.0.0.1', '[203.0.113.9'].map((text) => [text, undefined] as const), // prettier-ignore
  ])('%s is read as %s', (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });
});

describe('An address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (ip, counted) => {
    expect(addressOf(ip)).toBe(counted);
  });

  it('can be recognised as an address of this machine', () => {
    const ips = ['127.0.0.1', '127.8.0.1', '::ffff:127.0.0.1', '::1', '192.0.2.1', ''];
    expect(ips.map(isLoopbackAddress)).toEqual([true, true, true, true, false, false]);
  });
});

describe('The client of a request', () => {
  const trusted = ['10.0.0.0/8', '2001:db8::/32'];

  it.each([
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['10.1.2.3', '198.51.100.7', '198.51.100.7'],
    ['10.1.2.3', '198.51.100.7:1000', '198.51.100.7'],
    ['10.1.2.3', '[2001:dead::1]:443', '2001:dead::1'],
    ['::ffff:10.1.2.3', '203.0.113.9, 198.51.100.7, 10.0.0.1', '198.51.100.7'],
    ['10.1.2.3', '203.0.113.9, 198.51.100.7:99, 10.0.0.1:4711', '198.51.100.7'],
    ['10.1.2.3', '198.51.100.7, unknown, 10.0.0.1', '10.0.0.1'],
    ['10.1.2.3', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['10.1.2.3', undefined, '10.1.2.3'],
    ['10.1.2.3', 'nobody', '10.1.2.3'],
    ['10.1.2.3', '', '10.1.2.3'],
    ['2001:db8::1', '198.51.100.7', '198.51.100.7'],
    ['2001:db8::1%eth0', '198.51.100.7', '198.51.100.7'],
  ])('with the peer %s and X-Forwarded-For %s is %s', (peer, forwarded, client) => {
    expect(new ClientAddresses(trusted, () => undefined).of(from(peer, forwarded))).toBe(client);
  });

  const linesFor = (trustedProxies: readonly string[], requests: readonly IncomingMessage[]) => {
    const lines: string[] = [];
    const addresses = new ClientAddresses(trustedProxies, (line) => lines.push(line));
    for (const request of requests) addresses.of(request);
    return lines;
  };

  it('is unknown if its proxy is not trusted, and a warning is logged once', () => {
    const requests = [undefined, '198.51.100.1', '198.51.100.2'].map((one) => from('192.0.2.7', one));
    expect(linesFor(trusted, requests)).toEqual([
      expect.stringMatching(/come from 192\.0\.2\.7, which is not in TRUSTED_PROXIES/),
    ]);
    expect(linesFor(['192.0.2.0/24'], requests)).toEqual([]);
  });

  it('is unknown if its proxy does not send an IP address of the client, and a warning is logged once', () => {
    const requests = ['unknown', 'garbage1', '198.51.100.1:1'].map((one) => from('10.0.0.1', one));
    expect(linesFor(trusted, requests)).toEqual([expect.stringMatching(/trusted proxy 10\.0\.0\.1 .* without the/)]);
  });
});
