import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { Config } from '#platform/config';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const digest = (text: string) => createHash('sha256').update(text).digest();

/** A request with one of these headers was forwarded, and may come from anywhere. */
const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

interface Asker {
  /** The other end of the connection. */
  readonly peer: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Whether the caller may read the metrics at the shop's own port: with the token, if there is one. If neither a
 * token nor a port for metrics is set: this machine, and nothing that was forwarded.
 */
export function mayReadMetrics({ peer, headers }: Asker, settings: Pick<Config, 'metricsPort' | 'metricsToken'>) {
  const { metricsPort, metricsToken } = settings;
  if (metricsToken !== undefined) {
    const told = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    return told !== undefined && timingSafeEqual(digest(told), digest(metricsToken));
  }
  if (metricsPort !== undefined || peer === undefined) return false;
  const isHere = loopback.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4');
  return isHere && FORWARDING.every((name) => headers[name] === undefined);
}
