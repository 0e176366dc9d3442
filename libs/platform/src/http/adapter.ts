import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdFrom } from '#platform/observability';
import { failureBody, failureOf } from './failure';
import { localeOf } from './messages';

const BODY_LIMIT = 1024 * 1024;

const SIZES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** What is not even HTTP is answered in the envelope all the same, then hung up on. */
function refuseRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const status = SIZES[error.code ?? ''] ?? 400;
  const id = requestIdFrom(undefined);
  const failure = failureOf(Object.assign(new Error(), { statusCode: status, code: 'FST_RAW' }));
  const body = JSON.stringify(failureBody(failure, id, 'en'));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\nx-request-id: ${id}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Addresses that cannot be routed never reach the filter. */
function refuseUnroutable(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const locale = localeOf(request.headers['accept-language']);
  const failure = failureOf(error);
  void reply
    .code(failure.status)
    .header('x-request-id', request.id)
    .header('content-language', locale)
    .send(failureBody(failure, request.id, locale));
}

/** Fastify with the limits of a shop that strangers may knock at. */
export function shopAdapter(trustedProxies: readonly string[]): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 20_000 },
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    genReqId: (request: { headers: Record<string, unknown> }) => requestIdFrom(request.headers['x-request-id']),
    return503OnClosing: false,
    clientErrorHandler: refuseRaw,
    frameworkErrors: refuseUnroutable as never,
  });
}

/** Beyond these many connections new ones are hung up on. */
export const limitConnections = (fastify: FastifyInstance): void => {
  fastify.server.maxConnections = 10_000;
};
