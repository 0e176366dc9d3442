import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

const log = new Logger('Proxies');

/**
 * Logs once that requests come through a proxy that is not in TRUSTED_PROXIES. All clients of this proxy share the
 * limits of one address. A client may also have forged the header, so this is only a warning.
 */
export function warnOfUntrustedProxies(
  fastify: FastifyInstance,
  warn: (line: string) => void = (line) => log.warn(line),
): void {
  let isLogged = false;
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (
      !isLogged &&
      request.headers['x-forwarded-for'] !== undefined &&
      request.ip === request.raw.socket.remoteAddress
    ) {
      isLogged = true;
      warn(
        `Requests with X-Forwarded-For come from ${request.ip}, which is not in TRUSTED_PROXIES: all clients behind it ` +
          'share the limits of one address. If it is a proxy of yours, add it to TRUSTED_PROXIES.',
      );
    }
    done();
  });
}
