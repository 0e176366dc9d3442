import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const SOCKETS_PATH = '/socket.io/';
const OF_AN_UPGRADE = ['upgrade', 'connection', 'http2-settings'];

/**
 * Answers requests that offer an upgrade to another protocol as ordinary requests, except for web sockets (RFC 9110,
 * 7.8). Java's HTTP client offers HTTP/2 with every request. Node gives each offer to the listener of the sockets, and
 * no longer reads it as a request, so the request is written back and read again without the offer.
 */
export function ignoreOtherUpgrades(server: Server): void {
  // Node's own listener: those of others would count the connection a second time.
  const readRequests = server.listeners('connection').find(({ name }) => name === 'connectionListener');
  if (!readRequests) throw new Error('Node reads HTTP requests in another way than this code knows');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.startsWith(SOCKETS_PATH)) return;
    socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
    readRequests.call(server, socket);
  });
}

function headOf({ method, url, httpVersion, rawHeaders, headers }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (!OF_AN_UPGRADE.includes(rawHeaders[at].toLowerCase())) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  if (/\bclose\b/i.test(headers.connection ?? '')) lines.push('Connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}
