import type { IncomingMessage } from 'node:http';

/**
 * Whether a request has two Host headers. Node uses the first header, but a proxy in front of the shop perhaps uses the
 * second.
 */
export function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at].length === 4 && rawHeaders[at].toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
}
