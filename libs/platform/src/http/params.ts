import { DomainError, isUuid, type Seen } from '#kernel';
import { createParamDecorator, Param, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import { ApiHeader, ApiParam } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeComplaint } from './field';
import { HasEtag } from './operation';
import { InvalidInput } from './validation.pipe';

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>();

/** Makes a decorator for a parameter that also decorates the parameter's method, for the OpenAPI document. */
export function alsoOnMethod(parameter: ParameterDecorator, method: MethodDecorator): ParameterDecorator {
  return (target, key, index) => {
    parameter(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key !== undefined && descriptor) method(target, key, descriptor);
  };
}

const idPipe = (name: string): PipeTransform => ({
  transform(value: unknown) {
    const id = typeof value === 'string' ? value.toLowerCase() : value;
    if (isUuid(id)) return id;
    throw new InvalidInput([{ field: name, message: describeComplaint({ code: 'id' }) }]);
  },
});

/** An id in the path. A value that is not a UUID is refused with 400. */
export const PathId = (name = 'id'): ParameterDecorator =>
  alsoOnMethod(Param(name, idPipe(name)), ApiParam({ name, schema: { type: 'string', format: 'uuid' } }));

/** A signal that is aborted if the client disconnects before the whole response is sent, so that long work can stop. */
export const DisconnectSignal = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const reply = context.switchToHttp().getResponse<FastifyReply>().raw;
  const disconnect = new AbortController();
  reply.once('close', () => {
    if (!reply.writableFinished) disconnect.abort();
  });
  return disconnect.signal;
});

const KEY_PATTERN = '^[!-~]{1,255}$'; // visible characters of ASCII
const isKey = new RegExp(KEY_PATTERN);

const readKey = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const key = requestOf(context).headers['idempotency-key'];
  if (typeof key === 'string' && isKey.test(key)) return key;
  throw new DomainError(
    'IDEMPOTENCY_KEY_REQUIRED',
    'invalid',
    'Send an Idempotency-Key header of 1 to 255 visible characters.',
  );
});

/** The required Idempotency-Key header. */
export const IdempotencyKey = (): ParameterDecorator =>
  alsoOnMethod(
    readKey(),
    ApiHeader({
      name: 'Idempotency-Key',
      required: true,
      description:
        'A repeated request with the same key and body has no second effect. A request with the same key and another body is refused with 422.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: KEY_PATTERN },
      example: '6f1f9c2e-checkout',
    }),
  );

/** The resource has changed since the caller read it. */
export class PreconditionFailed extends DomainError {
  constructor() {
    super('PRECONDITION_FAILED', 'stale', 'This has changed since you read it. Read it again, then repeat the change.');
  }
}

const TAGS = /(?:^|,)[ \t]*((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)/g;

/**
 * The strong tags of an If-Match header; undefined if any version is accepted. Weak tags are left out, because a weak
 * tag does not prove that nothing has changed (RFC 9110, 13.1.1).
 */
export function parseStrongTags(header: string | undefined): readonly string[] | undefined {
  const value = header?.trim() ?? '';
  if (value === '' || value === '*') return undefined;
  return [...value.matchAll(TAGS)].map(([, tag]) => tag).filter((tag) => !tag.startsWith('W/'));
}

const readTags = createParamDecorator((_: unknown, context: ExecutionContext): readonly string[] | undefined =>
  parseStrongTags(requestOf(context).headers['if-match']),
);

/**
 * The versions in the tags. Both `"7"` and the form of responses, `"7-3f0c6a1b2d4e"`, contain the version 7. A tag
 * without a version is left out, so it matches no version.
 */
export const parseVersions = (tags: readonly string[] | undefined): Seen =>
  tags?.flatMap((tag) => /^"(0|[1-9]\d{0,14})(?:-[\da-f]{12})?"$/.exec(tag)?.[1] ?? []).map(Number);

const readIfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  parseVersions(parseStrongTags(requestOf(context).headers['if-match'])),
);

/** The versions in If-Match, for changes that depend only on the version. Undefined if any version is accepted. */
export const IfMatch = (): ParameterDecorator => documentIfMatch(readIfMatch());

/** The whole tags in If-Match, for changes that depend on the whole view. Undefined if any version is accepted. */
export const IfMatchTags = (): ParameterDecorator => documentIfMatch(readTags());

const documentIfMatch = (parameter: ParameterDecorator): ParameterDecorator =>
  alsoOnMethod(
    alsoOnMethod(parameter, HasEtag()), // the response has the new ETag
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The ETag of the response that was read. If the ETag has changed since, the response is 412.',
      schema: { type: 'string' },
      example: '"7"',
    }),
  );

const readWait = createParamDecorator((longest: number, context: ExecutionContext): number => {
  const prefer = requestOf(context).headers.prefer;
  const wait = /(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])/.exec(Array.isArray(prefer) ? prefer.join(',') : (prefer ?? ''));
  return Math.min(Number(wait?.[1] ?? 0), longest);
});

/**
 * How many seconds the caller wants to wait for the outcome (`Prefer: wait=5`), at most `longest`; 0 without this
 * header.
 */
export const PreferWait = (longest = 10): ParameterDecorator =>
  alsoOnMethod(
    readWait(longest),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: 'How many seconds the server waits for the outcome at most.',
      schema: { type: 'string' },
      example: 'wait=5',
    }),
  );
