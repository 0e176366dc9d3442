import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requestIdFrom } from '#platform/observability';
import { HEADERS_MS, noteRequests, refuseRawRequest } from './door/raw-refusals';
import { BODY_LIMITS } from './door/body-limits';
import { failureBody, failureOf } from './failure';
import { localeOf } from './messages';

const CHECKED_EVERY_MS = 1_000;

/**
 * Answers requests with an invalid URL. This is needed because Fastify does not call Nest's exception filter for such a
 * request.
 */
function answerInvalidUrl(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const locale = localeOf(request.headers['accept-language']);
  const failure = failureOf(error);
  void reply
    .code(failure.status)
    .header('x-request-id', request.id)
    .header('content-language', locale)
    .send(failureBody(failure, request.id, locale));
}

/** A Fastify adapter with limits on time and size, because a client can be an attacker. */
export function shopAdapter(trustedProxies: readonly string[]): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMITS.staff.bytes,
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
    clientErrorHandler: refuseRawRequest,
    frameworkErrors: answerInvalidUrl as never,
  });
}

/** Limits the number of open connections. Further connections are closed. */
export const limitConnections = (fastify: FastifyInstance): void => {
  fastify.server.maxConnections = 10_000;
  noteRequests(fastify.server);
};
