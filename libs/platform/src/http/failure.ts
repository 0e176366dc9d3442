import { DomainError, type Fault, type RefusalKind } from '#kernel';
import { HttpException } from '@nestjs/common';
import { isUnreachable } from '#database';
import { textOf, type Locale } from './messages';
import { messageTextOf } from './unread-body';

/** What went wrong, from the caller's point of view. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  /** English; used if the catalogue has no text for the code. */
  readonly message: string;
  /** The key of the text in the catalogue, if it is not the code. */
  readonly text?: string;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly details?: readonly Fault[];
  /** How many faults are not in `details`. */
  readonly more?: number;
  /** The number of seconds after which the client can try again. */
  readonly retryAfter?: number;
  /** The cause is in the shop or its services, not in the request. Such an error is logged. */
  readonly broken?: true;
}

const STATUS: Readonly<Record<RefusalKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  refused: 409,
  stale: 412,
  reused: 422,
  'too-much': 422,
  unavailable: 503,
};

const BY_STATUS: Readonly<Record<number, { code: string; message: string }>> = {
  400: { code: 'MALFORMED_REQUEST', message: 'The request could not be read.' },
  401: { code: 'UNAUTHENTICATED', message: 'Sign in first.' },
  403: { code: 'FORBIDDEN', message: 'You are not allowed to do this.' },
  404: { code: 'NOT_FOUND', message: 'There is nothing here.' },
  405: { code: 'METHOD_NOT_ALLOWED', message: 'This method is not allowed here.' },
  408: { code: 'REQUEST_TIMEOUT', message: 'The request took too long to arrive.' },
  413: { code: 'BODY_TOO_LARGE', message: 'The body is larger than this route accepts.' },
  414: { code: 'MALFORMED_REQUEST', message: 'The address is too long.' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'This content type is not accepted here.' },
  431: { code: 'HEADERS_TOO_LARGE', message: 'The request headers are too large.' },
  429: { code: 'RATE_LIMITED', message: 'Too many requests.' },
  503: { code: 'UNAVAILABLE', message: 'This is not available right now.' },
};

export function failureOf(error: unknown): Failure {
  if (error instanceof DomainError) return failureOfRefusal(error);
  const status = statusOf(error);
  if (status !== undefined && status < 500) {
    const known = BY_STATUS[status] ?? { code: 'MALFORMED_REQUEST', message: 'The request could not be read.' };
    return { status, ...known, ...messageTextOf(error) };
  }
  if (status === 503 || isUnreachable(error)) return { status: 503, ...BY_STATUS[503], retryAfter: 1, broken: true };
  return { status: 500, code: 'INTERNAL', message: 'Something broke on our side.', broken: true };
}

function failureOfRefusal(error: DomainError): Failure {
  const { code, kind, message, text, params, details } = error;
  const limited = code === 'RATE_LIMITED';
  const inProgress = code === 'IDEMPOTENCY_IN_PROGRESS';
  return {
    status: limited ? 429 : STATUS[kind],
    code,
    message,
    ...(text !== undefined && { text }),
    params,
    details,
    ...('more' in error && typeof error.more === 'number' && error.more > 0 && { more: error.more }),
    ...(kind === 'unavailable' && !limited && { retryAfter: Number(params['seconds'] ?? 1) }),
    ...(inProgress && { retryAfter: 1 }),
  };
}

/** The status of Nest's exceptions and of Fastify's errors. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  return typeof statusCode === 'number' && typeof code === 'string' && code.startsWith('FST_') ? statusCode : undefined;
}

export function failureBody(failure: Failure, requestId: string, locale: Locale) {
  const { code, message, text, params, details, more } = failure;
  return {
    success: false as const,
    error: {
      code,
      message: textOf(text ?? code, locale, params, message),
      ...(details && details.length > 0 && { details }),
      requestId,
    },
    ...(more !== undefined && { meta: { moreErrors: more } }),
  };
}
