import { DomainError } from '#kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  ambient,
  traceparentFrom,
  within,
  type AccessRecord,
  type Ambient,
  type ShopState,
} from '#platform/observability';
import type { FailureFilter } from './failure.filter';
import { localeOf } from './messages';
import { InvalidInput } from './validation.pipe';

interface Edge {
  readonly state: ShopState;
  readonly record: AccessRecord;
  readonly failures: FailureFilter;
  /** Whether the event loop is too late to take on more. */
  readonly lateness?: () => boolean;
}

/** Answered however late we are. */
const ALWAYS = /^\/(?:health|metrics)(?:[/?]|$)/;

const overloaded = () => new DomainError('OVERLOADED', 'unavailable', 'The shop is very busy. Try again in a moment.');

/** What every request passes, whatever its route: its id, its language, its record, and the door when we are late. */
export function layEdge(fastify: FastifyInstance, { state, record, failures, lateness = lateLoop() }: Edge): void {
  fastify.decorateRequest('ambient', undefined);
  fastify.decorateRequest('caller', undefined);
  fastify.decorateRequest('tokenFault', undefined);
  fastify.decorateRequest('afterwards', undefined);
  fastify.decorateReply('wantedStatus', undefined);
  speakNodeToPassport(fastify);

  fastify.addHook('onRequest', (request, reply, done) => {
    state.inFlight += 1;
    reply.raw.once('close', () => (state.inFlight -= 1)); // answered, or left before
    const asked: Ambient = {
      requestId: request.id,
      locale: localeOf(request.headers['accept-language']),
      shopLocale: localeOf(request.headers['accept-language'], 'vi'),
      traceparent: traceparentFrom(request.headers.traceparent),
    };
    request.ambient = asked;
    reply.header('x-request-id', request.id);
    if (state.isDraining) reply.header('connection', 'close');
    ignoreTypeOfNothing(request);
    if (request.url.includes('%00'))
      return failures.answer(new InvalidInput([{ field: 'url', message: 'contains NUL' }]), request, reply);
    if (lateness() && !ALWAYS.test(request.url)) return failures.answer(overloaded(), request, reply);
    within(asked, done);
  });
  // Reading the body leaves the request's async context; this finds the way back into it.
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (request.ambient && request.ambient !== ambient()) within(request.ambient, done);
    else done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.wantedStatus !== undefined) reply.code(reply.wantedStatus);
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    for (const tell of request.afterwards ?? []) tell(reply.statusCode);
    record.answered(request, reply);
    done();
  });
}

/** Clients that always say they send JSON, also when they send nothing, are not refused for it. */
function ignoreTypeOfNothing({ headers }: FastifyRequest): void {
  const length = headers['content-length'];
  if ((length === undefined || length === '0') && headers['transfer-encoding'] === undefined)
    for (const name of ['content-type', 'content-encoding']) delete headers[name];
}

/** Passport's redirects speak to a Node response. */
function speakNodeToPassport(fastify: FastifyInstance): void {
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

const LATE_MS = 1_000;
const PERIOD_MS = 500;

/** Late is an event loop whose delay averages over a second for two periods on end; one long pause is not. */
function lateLoop(): () => boolean {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let late = 0;
  setInterval(() => {
    late = delays.mean / 1e6 > LATE_MS ? late + 1 : 0;
    delays.reset();
  }, PERIOD_MS).unref();
  return () => late >= 2;
}
