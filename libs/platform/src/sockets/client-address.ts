import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const withoutMappedPrefix = (ip: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip;

function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of addresses) {
    const [address = '', bits] = each.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * Returns a function that finds the client's address of a request that does not pass through Fastify. It is the other
 * end of the connection, or the client that trusted proxies name. The rule is the same as for Fastify's `request.ip`.
 */
export function clientAddressFinder(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trusted = listOf(trustedProxies);
  const isTrusted = (ip: string): boolean => isIP(ip) > 0 && trusted.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
  return ({ socket, headers }) => {
    let client = withoutMappedPrefix(socket.remoteAddress ?? '');
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    while (isTrusted(client)) {
      const previous = withoutMappedPrefix(forwarded.pop()?.trim() ?? '');
      if (isIP(previous) === 0) break;
      client = previous;
    }
    return client;
  };
}

const LOOPBACK = listOf(['127.0.0.0/8', '::1']);

export const isLoopbackAddress = (ip: string): boolean =>
  isIP(ip) > 0 && LOOPBACK.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
