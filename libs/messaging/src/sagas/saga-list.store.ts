import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { SagaStatus } from './definition';

export interface ListedSaga extends SagaStatus {
  readonly name: string;
  readonly id: string;
  readonly definition: number;
  /** The number of messages that the saga has handled. */
  readonly version: number;
  readonly startedAt: Date;
  readonly changedAt: Date;
  /** When the saga's current step began. */
  readonly since: Date;
  /** `since` as text with microseconds, for the cursor. With milliseconds, a page could repeat or skip sagas. */
  readonly exactSince: string;
}

export interface SagaWithState extends ListedSaga {
  readonly state: object;
}

export interface SagaFilter {
  readonly status?: SagaStatus['status'] | undefined;
  /** Only sagas that are not over and made no progress for this many seconds. */
  readonly stuckFor?: number | undefined;
  readonly id?: string | undefined;
}

/** The cursor of a page: the sort key of its last saga. */
export interface SagaCursor {
  readonly since: string;
  readonly name: string;
  readonly id: string;
}

const columns = `p.name, p.id, p.definition, p.version, p.status, p.step, p.waiting_for as "waitingFor", p.asked,
  p.attention, p.started_at as "startedAt", p.changed_at as "changedAt", p.since, p.since::text as "exactSince"`;

const names = `with recursive names as (
  (select name from processes order by name limit 1)
  union all
  select (select p.name from processes p where p.name > n.name order by p.name limit 1) from names n where n.name is not null)`;

/**
 * The SQL of the list. Open sagas are sorted by the age of their step, oldest first. A saga that takes a step between
 * two pages moves to the end, so it is not missed. All other lists are sorted by id, newest first, because ids grow
 * with time.
 */
export function listSagasSql(filter: SagaFilter, limit: number, after?: SagaCursor): [string, unknown[]] {
  const values: unknown[] = [];
  const parameter = (given: unknown): string => `$${values.push(given)}`;
  const { status, stuckFor, id } = filter;
  const open = stuckFor !== undefined || (status !== undefined && status !== 'over');
  const where = [
    status !== undefined ? `p.status = '${status}'` : open ? `p.status <> 'over'` : undefined,
    status === 'over' && open ? 'false' : undefined, // a saga that is over is never stuck
    stuckFor !== undefined ? `p.since <= now() - ${parameter(stuckFor)} * interval '1 second'` : undefined,
    id !== undefined ? `p.id = ${parameter(id)}` : undefined,
  ].filter((part) => part !== undefined);
  if (open) {
    if (status === 'running') where.push(`p.status <> 'over'`); // the condition of the partial index
    if (after)
      where.push(
        `(p.since, p.name, p.id) > (${parameter(after.since)}::timestamptz, ${parameter(after.name)}, ${parameter(after.id)})`,
      );
    const sql = `select ${columns} from processes p where ${where.join(' and ')} order by p.since, p.name, p.id`;
    return [`${sql} limit ${parameter(limit)}`, values];
  }
  if (after) {
    const [afterId, afterName] = [parameter(after.id), parameter(after.name)];
    where.push(`p.id <= ${afterId} and (p.id, p.name) < (${afterId}, ${afterName})`);
  }
  const limitParameter = parameter(limit);
  const each = `select * from processes p where p.name = n.name${where.map((part) => ` and ${part}`).join('')}`;
  const sql = `${names} select ${columns} from names n cross join lateral (${each} order by p.id desc limit ${limitParameter}) p
    where n.name is not null order by p.id desc, p.name desc limit ${limitParameter}`;
  return [sql, values];
}

/** The sagas of this context, for staff. */
@Injectable()
export class Sagas {
  constructor(private readonly db: Database) {}

  list(filter: SagaFilter, limit: number, after?: SagaCursor): Promise<ListedSaga[]> {
    return this.db.query<ListedSaga>(...listSagasSql(filter, limit, after));
  }

  async view(name: string, id: string): Promise<SagaWithState | undefined> {
    const [found] = await this.db.query<SagaWithState>(
      `select ${columns}, p.state from processes p where p.name = $1 and p.id = $2`,
      [name, id],
    );
    return found;
  }

  /** Returns those of the given timers that are set. */
  timers(name: string, id: string, timers: readonly string[]): Promise<{ name: string; dueAt: Date }[]> {
    return this.db.query(
      `select substr(name, length($1) + 2) as name, due_at as "dueAt" from timers
       where key = $2 and name = any($3::text[]) order by due_at`,
      [name, id, timers.map((timer) => `${name}/${timer}`)],
    );
  }

  /** Counts the sagas that are not over. */
  figures(): Promise<{ name: string; status: string; step: string; count: number }[]> {
    return this.db.query(
      `select name, status, step, count(*)::int as count from processes where status <> 'over' group by 1, 2, 3`,
    );
  }
}
