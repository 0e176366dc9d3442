import type { FastifyInstance } from 'fastify';
import type { ClientAddresses } from '#platform/security';

/**
 * Sets `request.ip` to the address by which requests are limited. Fastify's own value is the unchanged text of
 * X-Forwarded-For. The text can contain a port. Then one client would be counted as a different client for each port.
 */
export function useClientAddresses(fastify: FastifyInstance, addresses: ClientAddresses): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    Object.defineProperty(request, 'ip', { value: addresses.of(request.raw) });
    done();
  });
}
