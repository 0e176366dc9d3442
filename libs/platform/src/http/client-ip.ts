import type { FastifyInstance } from 'fastify';
import type { ClientAddresses } from '#platform/security';

/**
 * Makes `request.ip` the address that limits count. Fastify's own value is the text in X-Forwarded-For as it was sent.
 * The text may contain a port, so a client would count as another client for each port.
 */
export function useClientAddresses(fastify: FastifyInstance, addresses: ClientAddresses): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    Object.defineProperty(request, 'ip', { value: addresses.of(request.raw) });
    done();
  });
}
