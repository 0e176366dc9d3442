import { countRequest } from '#platform/cache';
import { requestIdFrom, traceIdOf, traceparentFrom, type AccessRecord, type ShopState } from '#platform/observability';
import type { ClientAddresses, GuestLimit } from '#platform/security';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressLimits } from '../door/address-limits';
import { hasTwoHosts } from '../door/ambiguous';
import { noteRequest } from '../door/raw-refusals';
import { matchesEtag } from '../etag';
import type { ReadyAnswer, ReadyAnswers } from './ready-answers';

interface ReadyOptions {
  readonly answers: ReadyAnswers;
  readonly state: ShopState;
  readonly record: AccessRecord;
  readonly addresses: ClientAddresses;
  readonly addressLimits: AddressLimits;
  readonly guestLimit: GuestLimit;
}

/** Headers that are not stored: they differ for each request, or Node sets them. */
const PER_REQUEST = /^(?:x-request-id|ratelimit-.*|date|connection|keep-alive|content-length)$/;

/** Stores the bytes of responses that are made from a cached value (`reply.validity`). */
export function keepReadyAnswers(fastify: FastifyInstance, answers: ReadyAnswers): void {
  fastify.decorateReply('validity', undefined);
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (reply.validity && reply.statusCode === 200 && Buffer.isBuffer(payload) && isPlain(request.raw))
      answers.keep(request.raw, toReadyAnswer(request.routeOptions.url ?? '', reply, payload));
    done(null, payload);
  });
}

function toReadyAnswer(route: string, reply: FastifyReply, body: Buffer): ReadyAnswer {
  const headers = Object.entries(reply.getHeaders()).filter(([name]) => !PER_REQUEST.test(name));
  return {
    route,
    body,
    etag: String(reply.getHeader('etag')),
    headers: headers.flatMap(([name, value]) => [name, String(value)]),
    validity: reply.validity!,
  };
}

/** Whether the response depends only on the URL, the language and the origin. */
function isPlain({ method, headers, httpVersionMajor }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    httpVersionMajor === 1 &&
    headers.authorization === undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.upgrade === undefined
  );
}

/**
 * If a stored response fits a request, sends the response before Fastify and Nest get the request. The limits of
 * addresses and guests, the metrics and the log also count these requests. Fastify handles all other requests as usual.
 * It also gets the requests that exceed a limit, and refuses them.
 */
export function sendReadyAnswers(fastify: FastifyInstance, options: ReadyOptions): void {
  const { server } = fastify;
  const usualListeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!sendIfReady(request, response, options)) for (const listener of usualListeners) listener(request, response);
  });
}

function sendIfReady(request: IncomingMessage, response: ServerResponse, options: ReadyOptions): boolean {
  const { answers, state, record, addresses, addressLimits, guestLimit } = options;
  if (!isPlain(request) || state.isDraining) return false;
  const answer = answers.find(request);
  if (!answer || hasTwoHosts(request)) return false;
  const begun = performance.now();
  const ip = addresses.of(request);
  if (!addressLimits.admitRequest(request.socket.remoteAddress)) return false;
  const limitHeaders = guestLimit.count(request, ip);
  if (!limitHeaders) return false;
  noteRequest(request);
  countRequest(answer.validity.kind, 'ready');
  const requestId = requestIdFrom(request.headers['x-request-id']);
  const status = send(answer, request, response, ['x-request-id', requestId, ...limitHeaders]);
  record.recordAnswer({
    method: 'GET',
    url: request.url!,
    route: answer.route,
    status,
    milliseconds: performance.now() - begun,
    userAgent: request.headers['user-agent'],
    ip,
    requestId,
    traceId: traceIdOf(traceparentFrom(request.headers.traceparent)),
  });
  return true;
}

function send(
  answer: ReadyAnswer,
  request: IncomingMessage,
  response: ServerResponse,
  ownHeaders: readonly string[],
): number {
  if (matchesEtag(answer.etag, request.headers['if-none-match'])) {
    response.writeHead(304, [...withoutType(answer.headers), ...ownHeaders]).end();
    return 304;
  }
  response
    .writeHead(200, [...answer.headers, 'content-length', String(answer.body.length), ...ownHeaders])
    .end(answer.body);
  return 200;
}

function withoutType(headers: readonly string[]): string[] {
  const at = headers.indexOf('content-type');
  return at < 0 ? [...headers] : [...headers.slice(0, at), ...headers.slice(at + 2)];
}
