import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from './audit-trail.store';
import { NOTED } from './noted';

const OPERATION = 'swagger/apiOperation';
const MOST = 100;

type Given = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

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
  const reason = noted.includes('reason') && isPlain(given['reason']) ? String(given['reason']) : null;
  const targets = [...Object.values((request.params as Given | undefined) ?? {}), ...named].filter(isPlain).map(String);
  return { operation: operationId ?? handler.name, request: route, targets: targets.slice(0, MOST), reason };
}

/** The id of what an answer shows. */
export function madeBy(value: unknown): string | null {
  const inside = (value as { data?: unknown } | null | undefined)?.data ?? value;
  const id = (inside as { id?: unknown } | null | undefined)?.id;
  return isPlain(id) ? String(id) : null;
}
