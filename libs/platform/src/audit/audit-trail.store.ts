import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { statement, type Database } from '#database';
import { storableReason, storableTarget } from './storable-text';

/** One operation of the back office: who asked for which operation. An entry contains no names, bodies or secrets. */
export interface AuditEntry {
  readonly id: Uuid;
  /** The id of an account, or `os:` and the user number of the person at the terminal. */
  readonly actor: string;
  readonly role: string;
  readonly channel: 'api' | 'command-line';
  /** The operation's id in the OpenAPI document, or the name of the command. */
  readonly operation: string;
  /** Method and route. The route has the names of its parameters, not their values. */
  readonly request: string;
  readonly targets: readonly string[];
  readonly reason: string | null;
  readonly requestId: string | null;
}

export interface AuditOutcome {
  readonly status: number;
  readonly code: string | null;
  /** The id of what the operation created. */
  readonly made: string | null;
}

export interface AuditLine extends AuditEntry {
  readonly at: Date;
  /** Null if the process ended before it could write the outcome. */
  readonly status: number | null;
  readonly code: string | null;
  readonly made: string | null;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly operation?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Where a page of the list ends. */
export interface AuditCursor {
  /**
   * The time as Postgres writes it, with microseconds. With milliseconds only, the next page could repeat or skip rows.
   */
  readonly at: string;
  readonly id: Uuid;
}

const INSERT_ENTRY = statement(
  'audit-begin',
  `insert into entries (id, actor, role, channel, operation, request, targets, reason, request_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);

const INSERT_OUTCOME = statement(
  'audit-end',
  `insert into outcomes (entry_id, status, code, made) values ($1, $2, $3, $4) on conflict do nothing`,
);

/** Older rows can have a time outside the years 1 to 9999. The API cannot show such a time, so the time is clamped. */
const CLAMPED_AT = `least(greatest(e.at, '0001-01-01T00:00:00Z'), '9999-12-31T23:59:59.999Z')`;

/** The SQL of the list, newest first, and its parameters. */
export function auditSql(filter: AuditFilter, limit: number, after?: AuditCursor): [string, unknown[]] {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const { actor, operation, target, from, to } = filter;
  const targetParameter = target !== undefined ? parameter(target) : '';
  const where = [
    actor !== undefined && `e.actor = ${parameter(actor)}`,
    operation !== undefined && `e.operation = ${parameter(operation)}`,
    target !== undefined &&
      `e.id in (select id from entries where targets @> array[${targetParameter}] union
                select entry_id from outcomes where made = ${targetParameter})`,
    from && `e.at >= ${parameter(from)}`,
    to && `e.at < ${parameter(to)}`,
    after && `(e.at, e.id) < (${parameter(after.at)}::timestamptz, ${parameter(after.id)}::uuid)`,
  ].filter((part) => typeof part === 'string');
  const whereClause = where.length > 0 ? `where ${where.join(' and ')}` : '';
  const sql = `select e.id, ${CLAMPED_AT} as at, e.at::text as "exactAt", e.actor, e.role, e.channel, e.operation, e.request, e.targets, e.reason,
      e.request_id as "requestId", o.status, o.code, o.made
    from entries e left join outcomes o on o.entry_id = e.id ${whereClause}
    order by e.at desc, e.id desc limit ${parameter(limit)}`;
  return [sql, values];
}

export type AuditRow = AuditLine & { readonly exactAt: string };

/** The audit trail. Rows can only be added, never changed. */
@Injectable()
export class AuditTrail {
  constructor(private readonly db: Database) {}

  async begin({ id, actor, role, channel, operation, request, targets, reason, requestId }: AuditEntry): Promise<void> {
    const [storableTargets, storableText] = [targets.map(storableTarget), reason && storableReason(reason)];
    await this.db.query(INSERT_ENTRY, [
      id,
      actor,
      role,
      channel,
      operation,
      request,
      storableTargets,
      storableText,
      requestId,
    ]);
  }

  async end(id: Uuid, { status, code, made }: AuditOutcome): Promise<void> {
    await this.db.query(INSERT_OUTCOME, [id, status, code, made && storableTarget(made)]);
  }

  list(filter: AuditFilter, limit: number, after?: AuditCursor): Promise<AuditRow[]> {
    return this.db.query<AuditRow>(...auditSql(filter, limit, after));
  }
}
