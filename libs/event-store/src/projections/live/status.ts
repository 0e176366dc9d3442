import { Injectable } from '@nestjs/common';
import { statement } from '#database';
import { EventStore } from '#event-store';
import { ProjectionRegistry, type ProjectionTable } from './registry';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

/**
 * `live`: the read model reflects every event, except perhaps those of the last two seconds · `catching-up`: the read
 * model is behind, but its position moves · `stalled`: the read model is behind, and its position has not moved for ten
 * seconds · `failing`: the last batch of the read model could not be written.
 */
export const subscriptionStates = ['live', 'catching-up', 'stalled', 'failing'] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly position: number;
  readonly head: number;
  /** The number of committed events that the read model does not reflect yet. Events without a position count too. */
  readonly lag: number;
  /** Age of the first event that the read model does not reflect yet; 0 if there is no such event. */
  readonly lagSeconds: number;
  readonly state: SubscriptionState;
  readonly ratePerSecond: number;
  /** The number of orders with an event that the read model could not use. */
  readonly setAside: number;
  /** The number of rows for which the sentinel found that they do not match the events of their order. */
  readonly drift: number;
  readonly error: string | null;
}

const FRESH_SECONDS = 2;
const STALLED_SECONDS = 10;

const AGES = statement(
  'projection-ages',
  `select p.position, extract(epoch from clock_timestamp() - (
     select "timestamp" from ${named.events} where id = (select event_id from ${named.log} where position = p.position + 1)
   ))::float8 as age from unnest($1::bigint[]) as p(position)`,
);

const DRIFTS = statement(
  'projection-drifts',
  'select relation, count(*)::int as count from projection_drifts where healed_at is null group by relation',
);

/** The position and the state of every read model. */
@Injectable()
export class ProjectionStatuses {
  constructor(
    private readonly db: StreamDatabase,
    private readonly registry: ProjectionRegistry,
    private readonly store: EventStore,
  ) {}

  async all(): Promise<ProjectionStatus[]> {
    const tables = await this.registry.listLive();
    const { waiting, seconds } = await this.store.waiting();
    const head = await this.store.head();
    const ages = await this.readAges(tables.map(({ position }) => position));
    const drifts = await this.db.query<{ relation: string; count: number }>(DRIFTS);
    return tables.map((table) => {
      const { name, version, position, rate, idle, setAside, trouble } = table;
      const numbered = Math.max(head - position, 0);
      const lag = numbered + waiting;
      const lagSeconds = lag === 0 ? 0 : numbered > 0 ? Math.max(ages.get(position) ?? 0, 0) : seconds;
      return {
        ...{ name, version, position, head: Math.max(head, position), lag, lagSeconds },
        state: stateOf(table, lag, lagSeconds),
        ratePerSecond: idle < 5 ? Math.round(rate) : 0,
        setAside,
        drift: drifts.find(({ relation }) => relation === table.relation)?.count ?? 0,
        error: trouble,
      };
    });
  }

  private async readAges(positions: readonly number[]): Promise<Map<number, number | null>> {
    const rows = await this.db.query<{ position: number; age: number | null }>(AGES, [positions]);
    return new Map(rows.map(({ position, age }) => [position, age && Math.round(age * 1000) / 1000]));
  }
}

export function stateOf(
  { trouble, idle }: Pick<ProjectionTable, 'trouble' | 'idle'>,
  lag: number,
  lagSeconds: number,
): SubscriptionState {
  if (trouble !== null) return 'failing';
  if (lag === 0 || lagSeconds < FRESH_SECONDS) return 'live';
  return idle < STALLED_SECONDS ? 'catching-up' : 'stalled';
}
