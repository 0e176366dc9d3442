import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const plain = (ip: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip;

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
 * The client of a request that the framework does not see: the peer, or the client that trusted proxies name. Like
 * Fastify's `request.ip`.
 */
export function askerIn(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trusted = listOf(trustedProxies);
  const isTrusted = (ip: string): boolean => isIP(ip) > 0 && trusted.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
  return ({ socket, headers }) => {
    let asker = plain(socket.remoteAddress ?? '');
    const told = String(headers['x-forwarded-for'] ?? '').split(',');
    while (isTrusted(asker)) {
      const before = plain(told.pop()?.trim() ?? '');
      if (isIP(before) === 0) break;
      asker = before;
    }
    return asker;
  };
}

const LOOPBACK = listOf(['127.0.0.0/8', '::1']);

export const isFromThisMachine = (ip: string): boolean =>
  isIP(ip) > 0 && LOOPBACK.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
