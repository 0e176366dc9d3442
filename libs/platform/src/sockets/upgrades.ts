import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const SOCKETS_PATH = '/socket.io/';
const UPGRADE_HEADERS = ['upgrade', 'connection', 'http2-settings'];

/**
 * Some requests offer an upgrade to another protocol. For example, Java's HTTP client offers HTTP/2 with every request.
 * Such requests are answered as ordinary requests (RFC 9110, 7.8), except requests for web sockets. Node does not
 * answer a request with such an offer, but gives it to the listeners of `upgrade`. So this function puts the request
 * back into the socket, without the offer, and Node reads it again.
 */
export function ignoreOtherUpgrades(server: Server): void {
  // Only Node's own listener is called. Other listeners would count the connection a second time.
  const readRequests = server.listeners('connection').find(({ name }) => name === 'connectionListener');
  if (!readRequests) throw new Error('The HTTP server has no listener called connectionListener: this version of Node works differently'); // prettier-ignore
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.startsWith(SOCKETS_PATH)) return;
    socket.unshift(Buffer.concat([Buffer.from(headWithoutOffer(request), 'latin1'), head]));
    readRequests.call(server, socket);
  });
}

function headWithoutOffer({ method, url, httpVersion, rawHeaders, headers }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (!UPGRADE_HEADERS.includes(rawHeaders[at].toLowerCase())) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  if (/\bclose\b/i.test(headers.connection ?? '')) lines.push('Connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}
