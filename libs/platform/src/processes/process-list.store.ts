import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Stands } from './definition';

export interface ListedProcess extends Stands {
  readonly name: string;
  readonly id: string;
  readonly definition: number;
  /** How many messages it has heard. */
  readonly version: number;
  readonly startedAt: Date;
  readonly changedAt: Date;
  /** Since when it stands at this step. */
  readonly since: Date;
  /** The same to the microsecond, so that a page begins where the last one ended. */
  readonly place: string;
}

export interface KnownProcess extends ListedProcess {
  readonly state: object;
}

export interface ProcessFilter {
  readonly status?: Stands['status'] | undefined;
  /** Only those that are not over and got nowhere for so many seconds. */
  readonly stuckFor?: number | undefined;
  readonly id?: string | undefined;
}

/** Where a page ended. */
export interface ProcessPlace {
  readonly since: string;
  readonly name: string;
  readonly id: string;
}

const columns = `p.name, p.id, p.definition, p.version, p.status, p.step, p.waiting_for as "waitingFor", p.asked,
  p.attention, p.started_at as "startedAt", p.changed_at as "changedAt", p.since, p.since::text as place`;

const names = `with recursive names as (
  (select name from processes order by name limit 1)
  union all
  select (select p.name from processes p where p.name > n.name order by p.name limit 1) from names n where n.name is not null)`;

/**
 * The list's SQL. What is open comes longest-standing first, so that what moves meanwhile moves behind the reader, not
 * past them. All, and what is over, comes youngest first, by ids that grow with time.
 */
export function listProcessesSql(filter: ProcessFilter, limit: number, after?: ProcessPlace): [string, unknown[]] {
  const values: unknown[] = [];
  const value = (given: unknown): string => `$${values.push(given)}`;
  const { status, stuckFor, id } = filter;
  const open = stuckFor !== undefined || (status !== undefined && status !== 'over');
  const where = [
    status !== undefined ? `p.status = '${status}'` : open ? `p.status <> 'over'` : undefined,
    status === 'over' && open ? 'false' : undefined, // what is over stands nowhere
    stuckFor !== undefined ? `p.since <= now() - ${value(stuckFor)} * interval '1 second'` : undefined,
    id !== undefined ? `p.id = ${value(id)}` : undefined,
  ].filter((part) => part !== undefined);
  if (open) {
    if (status === 'running') where.push(`p.status <> 'over'`); // what the index is of
    if (after)
      where.push(
        `(p.since, p.name, p.id) > (${value(after.since)}::timestamptz, ${value(after.name)}, ${value(after.id)})`,
      );
    const sql = `select ${columns} from processes p where ${where.join(' and ')} order by p.since, p.name, p.id`;
    return [`${sql} limit ${value(limit)}`, values];
  }
  if (after) {
    const [afterId, afterName] = [value(after.id), value(after.name)];
    where.push(`p.id <= ${afterId} and (p.id, p.name) < (${afterId}, ${afterName})`);
  }
  const most = value(limit);
  const each = `select * from processes p where p.name = n.name${where.map((part) => ` and ${part}`).join('')}`;
  const sql = `${names} select ${columns} from names n cross join lateral (${each} order by p.id desc limit ${most}) p
    where n.name is not null order by p.id desc, p.name desc limit ${most}`;
  return [sql, values];
}

/** The processes of this context, as those who look after them see them. */
@Injectable()
export class Processes {
  constructor(private readonly db: Database) {}

  list(filter: ProcessFilter, limit: number, after?: ProcessPlace): Promise<ListedProcess[]> {
    return this.db.query<ListedProcess>(...listProcessesSql(filter, limit, after));
  }

  async view(name: string, id: string): Promise<KnownProcess | undefined> {
    const [found] = await this.db.query<KnownProcess>(
      `select ${columns}, p.state from processes p where p.name = $1 and p.id = $2`,
      [name, id],
    );
    return found;
  }

  /** Which of its timers are set. */
  timers(name: string, id: string, timers: readonly string[]): Promise<{ name: string; dueAt: Date }[]> {
    return this.db.query(
      `select substr(name, length($1) + 2) as name, due_at as "dueAt" from timers
       where key = $2 and name = any($3::text[]) order by due_at`,
      [name, id, timers.map((timer) => `${name}/${timer}`)],
    );
  }

  /** Those that are not over, counted. */
  figures(): Promise<{ name: string; status: string; step: string; count: number }[]> {
    return this.db.query(
      `select name, status, step, count(*)::int as count from processes where status <> 'over' group by 1, 2, 3`,
    );
  }
}
