import { BadRequestException, NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { RateLimited } from '#platform/security';
import type { FailureFilter } from '../failure.filter';
import type { AddressLimits } from './address-limits';
import { hasTwoHosts } from './ambiguous';

/** Paths of health probes. Requests to these paths are not limited. */
const PROBES = /^\/health\/(?:live|ready)(?:\?|$)/;

/** The body of a refused request is read and discarded up to this size, so that the connection can be used again. */
const MOST_DISCARDED = 64 * 1024;

/** Whether the body is too large to be read and discarded. Then the connection is closed instead. */
function hasLargeBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > MOST_DISCARDED;
}

/** Whether a proxy can understand the request in another way than Node. Node also accepts HTTP/0.9. */
const isAmbiguous = ({ raw }: FastifyRequest): boolean => raw.httpVersionMajor < 1 || hasTwoHosts(raw);

/** Methods whose body is never read, on any route. */
const UNREAD = new Set(['GET', 'HEAD']);

interface DoorOptions {
  readonly limits: AddressLimits;
  readonly failures: FailureFilter;
  /** Whether a request comes from another process of the shop. */
  readonly isInternal: (headers: IncomingHttpHeaders) => boolean;
}

/** Why a request is refused before its body is read; undefined if it is not refused. */
function refusalOf(request: FastifyRequest, { limits, isInternal }: DoorOptions): Error | undefined {
  if (isAmbiguous(request)) return new BadRequestException();
  const { remoteAddress } = request.raw.socket;
  if (request.url.startsWith('/internal/') && isInternal(request.headers)) limits.rememberNeighbour(remoteAddress);
  if (!PROBES.test(request.url) && !limits.admitRequest(remoteAddress)) return new RateLimited(1);
  return request.is404 ? new NotFoundException() : undefined;
}

/** Refuses requests before their body is read. If the body of a refused request is large, the connection is closed. */
export function addDoor(fastify: FastifyInstance, options: DoorOptions): void {
  options.limits.limitConnections(fastify.server);
  fastify.addHook('onRequest', (request, reply, done) => {
    const refusal = refusalOf(request, options);
    if ((refusal || UNREAD.has(request.method)) && hasLargeBody(request)) reply.header('connection', 'close');
    if (!refusal) return done();
    if (refusal instanceof RateLimited) reply.header('retry-after', String(refusal.seconds));
    options.failures.answer(refusal, request, reply);
  });
  // If a request was answered before its large body has arrived, the connection is closed. Otherwise the client would
  // continue to send the body.
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (!request.raw.complete && hasLargeBody(request)) reply.header('connection', 'close');
    done(null, payload);
  });
}
