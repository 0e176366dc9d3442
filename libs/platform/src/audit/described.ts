import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { redactText } from '#platform/observability';
import type { AuditEntry } from './audit-trail.store';
import { NOTED } from './noted';

const OPERATION = 'swagger/apiOperation';
const LONGEST = 200;
const MOST = 100;

type Given = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
/** Nothing has been checked yet: NUL and half a surrogate pair cannot be stored. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;
const cut = (value: string | number): string => String(value).slice(0, LONGEST).replace(UNSTORABLE, '');

const LIKE_AN_ID = /^[\w:.-]*$/;
/** The trail is for ever, and anybody can type anybody's address where an id belongs: that is refused, not kept. */
const target = (value: string | number): string => {
  const text = cut(value);
  return LIKE_AN_ID.test(text) && redactText(text) === text ? text : '[no id]';
};

/** What a request to the back office says of itself in the trail. */
export function described(
  context: ExecutionContext,
  request: FastifyRequest,
): Pick<AuditEntry, 'operation' | 'request' | 'targets' | 'reason'> {
  const handler = context.getHandler();
  const { operationId } = (Reflect.getMetadata(OPERATION, handler) ?? {}) as { operationId?: string };
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  const noted = (Reflect.getMetadata(NOTED, handler) ?? []) as readonly string[];
  const given = { ...(request.query as Given | undefined), ...(request.body as Given | undefined) };
  const named = noted.filter((field) => field !== 'reason').flatMap((field) => [given[field]].flat());
  const reason = noted.includes('reason') && isPlain(given['reason']) ? redactText(cut(given['reason'])) : null;
  const targets = [...Object.values((request.params as Given | undefined) ?? {}), ...named].filter(isPlain).map(target);
  return { operation: operationId ?? handler.name, request: route, targets: targets.slice(0, MOST), reason };
}

/** The id of what an answer shows. */
export function madeBy(value: unknown): string | null {
  const inside = (value as { data?: unknown } | null | undefined)?.data ?? value;
  const id = (inside as { id?: unknown } | null | undefined)?.id;
  return isPlain(id) ? cut(id) : null;
}
