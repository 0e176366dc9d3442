import { DomainError } from '#kernel';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  currentRequest,
  traceparentFrom,
  inRequestContext,
  type AccessRecord,
  type RequestContext,
  type ShopState,
} from '#platform/observability';
import { activity } from '#platform/system';
import type { FailureFilter } from './failure.filter';
import { localeOf } from './messages';
import { createOverloadCheck, SAMPLE_MS } from './overload';
import { InvalidInput } from './validation.pipe';

interface Edge {
  readonly state: ShopState;
  readonly record: AccessRecord;
  readonly failures: FailureFilter;
  /** Whether the event loop is too slow for more requests. By default, @fastify/under-pressure measures its delay. */
  readonly isLate?: () => boolean;
}

/** Paths whose requests are answered even under overload. */
const ALWAYS_ANSWERED = /^\/(?:health|metrics)(?:[/?]|$)/;

const ONLY_READS = new Set(['GET', 'HEAD', 'OPTIONS']);

const overloadedError = () =>
  new DomainError('OVERLOADED', 'unavailable', 'The shop is very busy. Try again in a moment.');

/** Adds what every request on every route needs: an id, a language, a log record, and the check for overload. */
export function addEdge(fastify: FastifyInstance, { state, record, failures, ...edge }: Edge): void {
  void fastify.register(underPressure, PRESSURE_OPTIONS);
  const isLate = edge.isLate ?? createOverloadCheck(() => fastify.isUnderPressure());
  fastify.decorateRequest('requestContext', undefined);
  fastify.decorateRequest('caller', undefined);
  fastify.decorateRequest('tokenFault', undefined);
  fastify.decorateRequest('afterwards', undefined);
  fastify.decorateReply('wantedStatus', undefined);
  addNodeReplyMethods(fastify);

  fastify.addHook('onRequest', (request, reply, done) => {
    state.inFlight += 1;
    if (!ONLY_READS.has(request.method)) activity.note();
    reply.raw.once('close', () => (state.inFlight -= 1)); // the response was sent, or the client has disconnected
    const context: RequestContext = {
      requestId: request.id,
      locale: localeOf(request.headers['accept-language']),
      shopLocale: localeOf(request.headers['accept-language'], 'vi'),
      traceparent: traceparentFrom(request.headers.traceparent),
    };
    request.requestContext = context;
    reply.header('x-request-id', request.id);
    if (state.isDraining) reply.header('connection', 'close');
    removeTypeOfEmptyBody(request);
    if (request.url.includes('%00'))
      return failures.answer(new InvalidInput([{ field: 'url', message: 'contains NUL' }]), request, reply);
    if (isLate() && !ALWAYS_ANSWERED.test(request.url)) return failures.answer(overloadedError(), request, reply);
    inRequestContext(context, done);
  });
  // While the body is read, the async context of the request is lost. This hook enters the context again.
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (request.requestContext && request.requestContext !== currentRequest())
      inRequestContext(request.requestContext, done);
    else done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.wantedStatus !== undefined) reply.code(reply.wantedStatus);
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    for (const callback of request.afterwards ?? []) callback(reply.statusCode);
    record.record(request, reply);
    done();
  });
}

/** Some clients declare JSON although they send no body. Without its content type, such a request is accepted. */
function removeTypeOfEmptyBody({ headers }: FastifyRequest): void {
  const length = headers['content-length'];
  if ((length === undefined || length === '0') && headers['transfer-encoding'] === undefined)
    for (const name of ['content-type', 'content-encoding']) delete headers[name];
}

/** Passport expects a Node response. This function adds the two methods that Passport calls to Fastify's replies. */
function addNodeReplyMethods(fastify: FastifyInstance): void {
  fastify.decorateReply('setHeader', function (this: FastifyReply, name: string, value: string) {
    this.raw.setHeader(name, value);
  });
  fastify.decorateReply('end', function (this: FastifyReply, body?: string) {
    for (const [name, header] of Object.entries(this.getHeaders()))
      if (header !== undefined) this.raw.setHeader(name, header);
    this.hijack();
    if (this.raw.statusCode === 200) this.raw.statusCode = this.statusCode;
    this.raw.end(body);
  });
}

/**
 * The plugin only measures: it reports pressure if the average delay of the event loop in a sample was more than a
 * second. `createOverloadCheck` decides whether to refuse requests, and `addEdge` refuses them.
 */
const PRESSURE_OPTIONS = {
  maxEventLoopDelay: 1_000,
  sampleInterval: SAMPLE_MS,
  pressureHandler: () => undefined,
};
