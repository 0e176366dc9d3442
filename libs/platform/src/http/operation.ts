import { applyDecorators, HttpCode, SetMetadata, type HttpStatus } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { z } from 'zod';

export interface AnswerDoc {
  readonly description?: string;
  /** The data is a list of the schema's values. */
  readonly list?: true;
  /** The list has pages: `meta.nextCursor`, `meta.hasMore`. */
  readonly paged?: true;
  /** Further fields of `meta`. */
  readonly meta?: z.ZodType;
  readonly example?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DocumentedAnswer extends AnswerDoc {
  readonly status: number;
  readonly schema: z.ZodType | null;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly when?: string;
}

export const ANSWERS = 'shop:answers';
export const REFUSALS = 'shop:refusals';
export const BARE = 'shop:bare';
export const ANY_QUERY = 'shop:any-query';
export const ANY_BODY = 'shop:any-body';
export const TAGGED = 'shop:tagged';

function addMetadata<Entry>(metadata: string, entries: readonly Entry[]): MethodDecorator {
  return (_target, _key, descriptor) => {
    const handler = descriptor.value as object;
    const before = (Reflect.getMetadata(metadata, handler) ?? []) as Entry[];
    Reflect.defineMetadata(metadata, [...entries, ...before], handler);
  };
}

/**
 * `operationId`: the name of the operation in generated clients. `summary`: one line that says what the operation does.
 */
export const OperationDoc = (operationId: string, summary: string, description?: string): MethodDecorator =>
  ApiOperation({ operationId, summary, ...(description && { description }) });

/**
 * Documents a response: its status, and the schema of its data (null if there is no data). If a handler has several of
 * these decorators, the status of the topmost decorator is sent.
 */
export const Answers = (status: HttpStatus | number, schema: z.ZodType | null, doc: AnswerDoc = {}): MethodDecorator =>
  applyDecorators(HttpCode(status), addMetadata<DocumentedAnswer>(ANSWERS, [{ ...doc, status, schema }]));

const KNOWN: Readonly<Record<string, Refusal>> = {
  NOT_FOUND: { status: 404, code: 'NOT_FOUND', when: 'It does not exist, or it is not yours.' },
  PRECONDITION_FAILED: {
    status: 412,
    code: 'PRECONDITION_FAILED',
    when: 'It has changed since the version in If-Match.',
  },
  IDEMPOTENCY_KEY_REQUIRED: { status: 400, code: 'IDEMPOTENCY_KEY_REQUIRED' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, code: 'IDEMPOTENCY_KEY_REUSED' },
  IDEMPOTENCY_IN_PROGRESS: { status: 409, code: 'IDEMPOTENCY_IN_PROGRESS' },
  VALIDATION_ERROR: { status: 400, code: 'VALIDATION_ERROR' },
  UNAUTHENTICATED: { status: 401, code: 'UNAUTHENTICATED' },
  TOKEN_EXPIRED: { status: 401, code: 'TOKEN_EXPIRED' },
  TOKEN_INVALID: { status: 401, code: 'TOKEN_INVALID' },
  FORBIDDEN: { status: 403, code: 'FORBIDDEN' },
  UNAVAILABLE: { status: 503, code: 'UNAVAILABLE' },
};

/** The refusals that a caller should handle. A code without a status has the status in `KNOWN`, or else 409. */
export const Refuses = (...refusals: readonly (string | Refusal)[]): MethodDecorator =>
  addMetadata<Refusal>(
    REFUSALS,
    refusals.map((refusal) =>
      typeof refusal === 'string' ? (KNOWN[refusal] ?? { status: 409, code: refusal }) : refusal,
    ),
  );

export const BODY_EXAMPLE = 'shop:body-example';

/** An example of the body. Use it if a generated example with all fields would make no sense. */
export const BodyExample = (example: object): MethodDecorator => SetMetadata(BODY_EXAMPLE, example);

/** The response is sent as it is, without the envelope. */
export const Bare = (): MethodDecorator & ClassDecorator => SetMetadata(BARE, true);

/** The route accepts any query parameters, because other sites redirect to it. */
export const AnyQuery = (): MethodDecorator => SetMetadata(ANY_QUERY, true);

/**
 * The handler has no `@Body()` parameter, because it reads the body itself, for example a message of a payment
 * provider.
 */
export const AnyBody = (): MethodDecorator => SetMetadata(ANY_BODY, true);

/**
 * How the OpenAPI document describes a response with an ETag. With `byLanguage`, the texts of the response depend on
 * Accept-Language.
 */
export interface HasEtag {
  readonly byLanguage?: true;
}

/** For a route whose responses have an `ETag`. A client that sends the current ETag in If-None-Match gets 304. */
export const HasEtag = (tagged: HasEtag = {}): MethodDecorator => SetMetadata(TAGGED, tagged);
