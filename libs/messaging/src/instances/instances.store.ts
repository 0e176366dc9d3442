import { statement, type Database } from '#database';
import { asyncCommit } from '../inbox/async-commit';
import { isLiving, mayContinue } from './is-living';
import type { DatabaseIdentities } from './databases-differ';
import type { Subscription } from '../outbox/subscriptions.store';

/** A process that has this context open. */
export interface Instance {
  readonly id: string;
  /** The process's number among the living processes. It marks the claims of this process. */
  readonly number: number;
  readonly build: string;
  readonly hears: readonly Subscription[];
  /** The identities of the databases that the process knows. */
  readonly databases: DatabaseIdentities;
  readonly startedAt: Date;
  readonly seenAt: Date;
}

const REGISTER = statement(
  'instance-register',
  `with known as (insert into builds (build) values ($3) on conflict do nothing),
   old as (delete from instances where seen_at < now() - interval '1 day')
   insert into instances (id, number, build, hears, databases) values ($1, $2, $3, $4, $5)
   on conflict (id) do update set number = excluded.number, databases = excluded.databases, seen_at = now()`,
);

export type Registration = Pick<Instance, 'id' | 'number' | 'build' | 'hears' | 'databases'>;

export const insertInstance = (db: Database, { id, number, build, hears, databases }: Registration) =>
  db.query(REGISTER, [id, number, build, JSON.stringify(hears), JSON.stringify(databases)]);

const HEARTBEAT = statement(
  'instance-beats',
  `with ${asyncCommit}, newest as (
     select i.build from instances i join builds b on b.build = i.build
     where ${isLiving} or i.id = $1 order by b.first_seen desc, b.build desc limit 1)
   update instances i set seen_at = now(), ended_at = null, number = $2, databases = $3
   from quick, newest where i.id = $1
   returning newest.build = i.build as "isNewest", exists (
     select from jsonb_to_recordset(i.hears) as h(type text, handler text, lane text, senders text[], "onlyIf" text)
     left join subscriptions s on s.type = h.type and s.handler = h.handler
     where s.type is null or s.only_if::text <> coalesce(h."onlyIf"::jsonpath::text, '')
       or s.only_if is null and h."onlyIf" is not null and not exists (
         select from instances o cross join lateral jsonb_to_recordset(o.hears) as t(handler text, type text, "onlyIf" text)
         where ${mayContinue('o')} and t.handler = h.handler and t.type = h.type and t."onlyIf" is distinct from h."onlyIf")
       or newest.build = i.build and (s.lane <> h.lane or s.senders is distinct from coalesce(h.senders, '{}'))) as differs`,
);

export interface Heartbeat {
  /** True if no living process runs a newer build. */
  readonly isNewest: boolean;
  /**
   * True if the stored subscriptions differ from those of this process. Perhaps another build has changed them.
   */
  readonly differs: boolean;
}

/** Undefined if the row of this process is missing. This happens after a backup was restored. */
export const writeHeartbeat = async (
  db: Database,
  { id, number, databases }: Registration,
): Promise<Heartbeat | undefined> => (await db.query<Heartbeat>(HEARTBEAT, [id, number, JSON.stringify(databases)]))[0];

/**
 * Marks this process as ended. Its row stays for a day, because a process with the same handlers perhaps starts again.
 */
export const markEnded = (db: Database, id: string) =>
  db.query(
    `update instances set seen_at = least(seen_at, now() - interval '20 seconds'), ended_at = now() where id = $1`,
    [id],
  );

const LIVING = statement(
  'instances-living',
  `select id, number, build, hears, databases, started_at as "startedAt", seen_at as "seenAt"
   from instances where ${isLiving} order by started_at, id`,
);

export const readLivingInstances = (db: Database): Promise<Instance[]> => db.query<Instance>(LIVING);

const NEWEST = statement(
  'instances-newest-build',
  `select i.build from instances i join builds b on b.build = i.build
   where ${isLiving} order by b.first_seen desc, b.build desc limit 1`,
);

/** The living build that was registered last. Undefined when no process is alive. */
export const readNewestBuild = async (db: Database): Promise<string | undefined> =>
  (await db.query<{ build: string }>(NEWEST))[0]?.build;

/** True if no living process runs a newer build. Also true if no living process is known. */
export async function isNewestBuild(db: Database, build: string): Promise<boolean> {
  const newest = await readNewestBuild(db);
  return newest === undefined || newest === build;
}

const HANDLED_BY_LIVING = statement(
  'instances-heard',
  `select distinct h.handler, h.type from instances
   cross join lateral jsonb_to_recordset(hears) as h(handler text, type text) where ${isLiving}`,
);

const HANDLED_LATELY = statement(
  'instances-heard-lately',
  `select distinct h.handler, h.type from instances
   cross join lateral jsonb_to_recordset(hears) as h(handler text, type text) where seen_at > now() - interval '1 day'`,
);

/** The handlers and types of all instances that were alive within the last day. */
export const readHandledLately = (db: Database): Promise<{ handler: string; type: string }[]> =>
  db.query<{ handler: string; type: string }>(HANDLED_LATELY);

/** The handlers and types of all living instances. */
export const readHandledByLiving = (db: Database): Promise<{ handler: string; type: string }[]> =>
  db.query<{ handler: string; type: string }>(HANDLED_BY_LIVING);

/** Removes processes without a recent heartbeat. If such a process continues, it registers and subscribes again. */
export const deleteEndedInstances = (db: Database) => db.query(`delete from instances where not (${isLiving})`);
