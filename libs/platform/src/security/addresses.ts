import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from 'node:net';

const withoutMappedPrefix = (ip: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip;

/** The usual spelling of an IP address: without the zone of IPv6, and IPv4 without the prefix of IPv6. */
const usualSpelling = (ip: string): string =>
  isIPv4(ip) ? ip : withoutMappedPrefix(new SocketAddress({ address: ip.replace(/%.*$/, ''), family: 'ipv6' }).address);

/**
 * The IP address in a text; undefined if the text has no IP address. Some proxies add a port or brackets:
 * `192.0.2.1:4711`, `[2001:db8::1]`, `"[2001:db8::1]:443"`.
 */
export function parseAddress(text: string): string | undefined {
  const plain = text.trim().replace(/^"(.*)"$/, '$1');
  const [, ip = plain] = /^\[([^[\]]*)\](?::\d{1,5})?$/.exec(plain) ?? /^([\d.]+):\d{1,5}$/.exec(plain) ?? [];
  return isIP(ip) > 0 ? usualSpelling(ip) : undefined;
}

/**
 * The address by which requests are counted. For IPv6 it is the /64 network, because a provider gives such a network to
 * one household or server.
 */
export function addressOf(ip: string): string {
  if (isIPv4(ip)) return ip;
  const parsed = parseAddress(ip);
  if (parsed === undefined || !isIPv6(parsed)) return parsed ?? ip;
  const [head = '', tail] = parsed.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/**
 * The network of an address. With the network, a person is still recognised after the provider has assigned a
 * neighbouring address.
 */
export function networkOf(ip: string): string {
  const address = addressOf(ip);
  return address.includes(':') ? address : address.replace(/\.\d+$/, '.0/24');
}

/** Returns a function that says whether a text is one of these addresses, or an address in one of these ranges. */
export function addressesOf(ranges: readonly string[]): (text: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (text) => {
    const ip = parseAddress(text);
    return ip !== undefined && list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
  };
}

export const isLoopbackAddress = addressesOf(['127.0.0.0/8', '::1']);
