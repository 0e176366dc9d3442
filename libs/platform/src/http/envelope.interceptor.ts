import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Injectable, StreamableFile } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, SSE_METADATA } from '@nestjs/common/constants.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { map, type Observable } from 'rxjs';
import { addVary, Answer, answer, PRIVATE, PRIVATE_VARY } from './answer';
import { matchesEtag } from './etag';
import { describeComplaint } from './field';
import { ANY_BODY, ANY_QUERY, BARE } from './operation';
import { InvalidInput } from './validation.pipe';

interface Route {
  readonly isBare: boolean;
  readonly takesQuery: boolean;
  readonly takesBody: boolean;
  readonly anyBody: boolean;
}

/** Nest's metadata keys begin with these texts for a `@Body()` parameter and a `@Query()` parameter. */
const BODY_PARAMETER = '3:';
const QUERY_PARAMETER = '4:';

const routes = new WeakMap<object, Route>();

function routeOf(context: ExecutionContext): Route {
  const handler = context.getHandler();
  let route = routes.get(handler);
  if (!route) {
    const metadata = (key: string): unknown =>
      Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, context.getClass());
    const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name) as object | undefined;
    const takes = (kind: string) => Object.keys(parameters ?? {}).some((key) => key.startsWith(kind));
    route = {
      isBare: metadata(BARE) === true || metadata(SSE_METADATA) === true,
      takesQuery: takes(QUERY_PARAMETER) || metadata(ANY_QUERY) === true,
      takesBody: takes(BODY_PARAMETER),
      anyBody: metadata(ANY_BODY) === true,
    };
    routes.set(handler, route);
  }
  return route;
}

/** Puts the data of a response into the envelope. The options of an `answer(…)` become the headers and the status. */
@Injectable()
export class EnvelopeInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const { isBare, takesQuery, takesBody, anyBody } = routeOf(context);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!takesQuery) refuseQuery(request);
    if (takesBody) refusePatchWithoutBody(request);
    else if (!anyBody) refuseBody(request);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (isBare && Reflect.getMetadata(SSE_METADATA, context.getHandler())) return next.handle();
    return next.handle().pipe(map((value) => putInEnvelope(value, isBare, request, reply)));
  }
}

function refuseQuery(request: FastifyRequest): void {
  const names = Object.keys((request.query as object | undefined) ?? {});
  if (names.length > 0) throw InvalidInput.unknown(names);
}

/** Refuses a body that the route would ignore. `{}` is accepted, because many clients send `{}` instead of no body. */
function refuseBody({ body }: FastifyRequest): void {
  const isEmpty = body === undefined || (isPlainObject(body) && Object.keys(body).length === 0);
  if (!isEmpty) throw new InvalidInput([{ field: 'body', message: describeComplaint({ code: 'body.none' }) }]);
}

const isPlainObject = (body: unknown): body is object =>
  typeof body === 'object' && body !== null && !Array.isArray(body) && !(body instanceof Readable);

/** A PATCH must have a body, even if the body is only `{}`. For other methods the URL can be enough. */
function refusePatchWithoutBody({ method, body }: FastifyRequest): void {
  if (method === 'PATCH' && body === undefined)
    throw new InvalidInput([{ field: 'body', message: describeComplaint({ code: 'required' }) }]);
}

function putInEnvelope(value: unknown, isBare: boolean, request: FastifyRequest, reply: FastifyReply): unknown {
  if (value instanceof StreamableFile || reply.sent) return value;
  const { data, options }: Answer = value instanceof Answer ? (value as Answer) : answer(value);
  const { status, meta, headers, etag, cacheControl } = options;
  for (const [name, header] of Object.entries(headers ?? {})) reply.header(name, header);
  if (cacheControl !== undefined || reply.getHeader('cache-control') === undefined)
    reply.header('cache-control', cacheControl ?? (etag === undefined ? 'no-store' : PRIVATE));
  if (reply.getHeader('cache-control') === PRIVATE) addVary(reply, ...PRIVATE_VARY);
  if (status !== undefined) reply.wantedStatus = status;
  const body = isBare ? data : { success: true, data: data ?? null, ...(meta && { meta }) };
  if (etag !== undefined) {
    const tag = etag === true ? hashOf(body) : etag;
    reply.header('etag', tag);
    const mayBeCached = request.method === 'GET' || request.method === 'HEAD';
    if (mayBeCached && matchesEtag(tag, request.headers['if-none-match'])) {
      reply.wantedStatus = 304;
      return undefined;
    }
  }
  return (reply.wantedStatus ?? reply.statusCode) === 204 ? undefined : body;
}

const hashOf = (body: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 27)}"`;
