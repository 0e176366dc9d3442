import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requestIdFrom } from '#platform/observability';
import { HEADERS_MS, noteRequests, refuseRaw } from './door/raw-refusals';
import { ROOMS } from './door/room';
import { failureBody, failureOf } from './failure';
import { localeOf } from './messages';

const CHECKED_EVERY_MS = 1_000;

/** Answers requests with an invalid URL: Fastify refuses them before the exception filter. */
function refuseUnroutable(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const locale = localeOf(request.headers['accept-language']);
  const failure = failureOf(error);
  void reply
    .code(failure.status)
    .header('x-request-id', request.id)
    .header('content-language', locale)
    .send(failureBody(failure, request.id, locale));
}

/** Fastify with limits for unknown clients. */
export function shopAdapter(trustedProxies: readonly string[]): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: ROOMS.staff.bytes,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    http: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: CHECKED_EVERY_MS,
    },
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    genReqId: (request: { headers: Record<string, unknown> }) => requestIdFrom(request.headers['x-request-id']),
    return503OnClosing: false,
    clientErrorHandler: refuseRaw,
    frameworkErrors: refuseUnroutable as never,
  });
}

/** Limits the number of open connections: further ones are closed. */
export const limitConnections = (fastify: FastifyInstance): void => {
  fastify.server.maxConnections = 10_000;
  noteRequests(fastify.server);
};
