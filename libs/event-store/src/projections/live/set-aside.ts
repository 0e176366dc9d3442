import { Injectable, Logger } from '@nestjs/common';
import { NotFound, type Uuid } from '#kernel';
import { EventStore } from '#event-store';
import { withoutPublishing } from '#messaging';
import { readEventsAsOf } from './as-of';
import { foldBatch } from './fold';
import { ProjectionRegistry, type ProjectionTable } from './registry';
import { isRowError, TableWriter } from './table-writer';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

/** An order with an event that the live read model could not use. The order keeps its last good row. */
export interface AsideOrder {
  readonly orderId: Uuid;
  readonly position: number;
  readonly eventId: Uuid;
  readonly error: string;
  readonly since: string;
}

export interface Retried {
  readonly orderId: Uuid;
  /** Whether all events of the order could be used. If so, the order is no longer set aside. */
  readonly digested: boolean;
  readonly error: string | null;
}

const MOST_SHOWN = 1_000;

/** The orders that a live read model has set aside. */
@Injectable()
export class SetAside {
  private readonly log = new Logger('Projections');

  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
  ) {}

  /** The orders that were set aside, the oldest first, at most 1,000. */
  async list(name: string): Promise<AsideOrder[]> {
    const table = await this.findLiveTable(name);
    const rows = await this.db.query<Omit<AsideOrder, 'since'> & { at: Date }>(
      `select ${named.stream} as "orderId", position, event_id as "eventId", error, at
       from projection_failures where relation = $1 order by at, ${named.stream} limit ${MOST_SHOWN}`,
      [table.relation],
    );
    return rows.map(({ at, ...row }) => ({ ...row, since: at.toISOString() }));
  }

  /**
   * Folds the order again from its first event, and stores the row from before the first event that cannot be used. If
   * all events can be used, the order is no longer set aside.
   */
  async retry(name: string, orderId: Uuid): Promise<Retried> {
    const table = await this.findLiveTable(name);
    const failed = await this.registry.listSetAside(table.relation);
    if (!failed.includes(orderId)) throw new NotFound('order that was set aside');
    const error = await this.foldAgain(table, orderId);
    return { orderId, digested: error === null, error };
  }

  async retryAll(table: ProjectionTable, stop: AbortSignal): Promise<void> {
    for (const orderId of await this.registry.listSetAside(table.relation)) {
      if (stop.aborted) return;
      await this.foldAgain(table, orderId).catch((error: Error) =>
        this.log.warn(`the read model ${table.name} could not fold order ${orderId} again: ${error.message}`),
      );
    }
  }

  private async foldAgain(table: ProjectionTable, orderId: Uuid): Promise<string | null> {
    try {
      return await this.db.transaction(() => this.fold(table, orderId));
    } catch (error) {
      if (!isRowError(error)) throw error;
      return (error as Error).message; // the table still refuses the row
    }
  }

  private async fold(table: ProjectionTable, orderId: Uuid): Promise<string | null> {
    const projection = this.registry.projectionOf(table);
    const [locked] = await this.registry.lock(table.relation);
    if (locked?.state !== 'live') return null;
    const events = await readEventsAsOf(this.store, orderId, locked.position);
    const folded = withoutPublishing(table.name, () => foldBatch(projection, new Map(), events));
    const sameMove = { from: locked.position, to: locked.position, epoch: locked.epoch, rate: locked.rate };
    await new TableWriter(this.db, projection, table.relation).writeRows(sameMove, { ...folded, failures: [] });
    const [failure] = folded.failures;
    if (failure) {
      await this.db.query(
        `update projection_failures set position = $3, event_id = $4, error = $5 where relation = $1 and ${named.stream} = $2`,
        [table.relation, orderId, failure.position, failure.eventId, failure.error],
      );
      return failure.error;
    }
    await this.db.query(`delete from projection_failures where relation = $1 and ${named.stream} = $2`, [
      table.relation,
      orderId,
    ]);
    await this.registry.stopFollower(table.relation); // the follower must read the list of set-aside orders again
    this.log.log(`the read model ${table.name} is updated again for order ${orderId}`);
    return null;
  }

  private async findLiveTable(name: string): Promise<ProjectionTable> {
    const live = await this.registry.live(name);
    if (!live) throw new NotFound('projection');
    return live;
  }
}
