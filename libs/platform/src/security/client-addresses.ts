import { Logger } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { addressesOf, parseAddress } from './addresses';

const log = new Logger('Proxies');

type ClientRequest = Pick<IncomingMessage, 'socket' | 'headers'>;

/**
 * Finds the address of the client that sent a request. Without a proxy, this is the remote address of the connection.
 * Behind trusted proxies, it is the address that the proxies send in X-Forwarded-For. If a trusted proxy sends a text
 * that is not an IP address, the address of the proxy is used. Otherwise a client could avoid its limits with a new
 * text in each request.
 */
export class ClientAddresses {
  private readonly isTrusted: (ip: string) => boolean;
  private readonly warned = new Set<string>();

  constructor(
    trustedProxies: readonly string[],
    private readonly warn: (line: string) => void = (line) => log.warn(line),
  ) {
    this.isTrusted = trustedProxies.length > 0 ? addressesOf(trustedProxies) : () => false;
  }

  of({ socket, headers }: ClientRequest): string {
    let client = parseAddress(socket.remoteAddress ?? '') ?? '';
    const header = headers['x-forwarded-for'];
    if (header === undefined) return client;
    if (!this.isTrusted(client)) this.warnOfUntrusted(client);
    // Each proxy appends the address of its client. So the list is read from its end, until an address is not a trusted
    // proxy.
    const addresses = String(header).split(',');
    while (addresses.length > 0 && this.isTrusted(client)) {
      const previous = parseAddress(addresses.pop()!);
      if (previous === undefined) {
        this.warnOfUnreadable(client);
        break;
      }
      client = previous;
    }
    return client;
  }

  /** This is only a warning, because a client can send a forged header. */
  private warnOfUntrusted(peer: string): void {
    this.warnOnce(
      'untrusted',
      `Requests with X-Forwarded-For come from ${peer}, which is not in TRUSTED_PROXIES: all clients behind it share the ` +
        'limits of one address. If it is a proxy of yours, add it to TRUSTED_PROXIES.',
    );
  }

  private warnOfUnreadable(proxy: string): void {
    this.warnOnce(
      'unreadable',
      `The trusted proxy ${proxy} sends an X-Forwarded-For without the client's IP address: all these clients share the ` +
        'limits of the proxy. Configure the proxy so that it names the address of each client.',
    );
  }

  private warnOnce(kind: string, line: string): void {
    if (this.warned.has(kind)) return;
    this.warned.add(kind);
    this.warn(line);
  }
}
