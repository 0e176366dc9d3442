import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { Config } from '#platform/config';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const digest = (text: string) => createHash('sha256').update(text).digest();

/** A request with one of these headers was forwarded by a proxy. So its client is perhaps on another machine. */
const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

interface MetricsRequest {
  /** The remote address of the connection. */
  readonly peer: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Whether a caller is allowed to read the metrics at the public port. If METRICS_TOKEN is set, the caller must send
 * this token. If only METRICS_PORT is set, nobody is allowed to read the metrics at the public port. If both are
 * absent, only direct requests from this machine are allowed.
 */
export function mayReadMetrics(
  { peer, headers }: MetricsRequest,
  settings: Pick<Config, 'metricsPort' | 'metricsToken'>,
) {
  const { metricsPort, metricsToken } = settings;
  if (metricsToken !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    return token !== undefined && timingSafeEqual(digest(token), digest(metricsToken));
  }
  if (metricsPort !== undefined || peer === undefined) return false;
  const isHere = loopback.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4');
  return isHere && FORWARDING.every((name) => headers[name] === undefined);
}
