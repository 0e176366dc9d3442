import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

const log = new Logger('Proxies');

/**
 * Logs once that a proxy is not trusted: then everybody behind it is one address to every limit. It may also be a
 * client that invents the header, so it changes nothing.
 */
export function tellOfUntrustedProxies(
  fastify: FastifyInstance,
  warn: (line: string) => void = (line) => log.warn(line),
): void {
  let isTold = false;
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (
      !isTold &&
      request.headers['x-forwarded-for'] !== undefined &&
      request.ip === request.raw.socket.remoteAddress
    ) {
      isTold = true;
      warn(
        `Requests with X-Forwarded-For come from ${request.ip}, which is not among TRUSTED_PROXIES: everybody who comes ` +
          'that way shares the limits of one address. Name it there if it is a proxy of yours.',
      );
    }
    done();
  });
}
