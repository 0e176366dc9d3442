import { StreamableFile, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from './audit-trail.store';
import { AUDITED_FIELDS } from './noted';

const OPERATION = 'swagger/apiOperation';
/** The body has not been validated yet, so the number of targets needs a limit. No operation accepts more targets. */
const MOST_TARGETS = 1_100;

type Given = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/** What the audit trail stores about a request to the back office. */
export function describeRequest(
  context: ExecutionContext,
  request: FastifyRequest,
): Pick<AuditEntry, 'operation' | 'request' | 'targets' | 'reason'> {
  const handler = context.getHandler();
  const { operationId } = (Reflect.getMetadata(OPERATION, handler) ?? {}) as { operationId?: string };
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  const noted = (Reflect.getMetadata(AUDITED_FIELDS, handler) ?? []) as readonly string[];
  const given = { ...(request.query as Given | undefined), ...(request.body as Given | undefined) };
  const named = noted.filter((field) => field !== 'reason').flatMap((field) => [given[field]].flat());
  const reason = noted.includes('reason') && isPlain(given['reason']) ? String(given['reason']) : null;
  const targets = [...Object.values((request.params as Given | undefined) ?? {}), ...named].filter(isPlain).map(String);
  return { operation: operationId ?? handler.name, request: route, targets: targets.slice(0, MOST_TARGETS), reason };
}

/** The id of what a request created or changed, from the data of its response; null if there is none. */
export function createdIdIn(value: unknown): string | null {
  const inside = (value as { data?: unknown } | null | undefined)?.data ?? value;
  const id = (inside as { id?: unknown } | null | undefined)?.id;
  return isPlain(id) ? String(id) : null;
}

/** The people in a response: the ids of all orders and customers, at any depth. */
export function peopleIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null || value instanceof StreamableFile || ArrayBuffer.isView(value))
    return found;
  if (!Array.isArray(value)) {
    const { customerId, orderId, id, path, before, after } = value as Given;
    const named = customerId === undefined ? [orderId] : [id, orderId, customerId]; // an object with a customer is an order
    const changed = path === 'customerId' ? [before, after] : [];
    for (const one of [...named, ...changed]) if (isPlain(one)) found.add(String(one));
  }
  for (const inside of Object.values(value)) peopleIn(inside, found);
  return found;
}
