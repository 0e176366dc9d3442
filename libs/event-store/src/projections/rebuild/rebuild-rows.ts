import { Injectable } from '@nestjs/common';
import { NotFound, type Uuid } from '#kernel';
import { underWay, type RebuildCursor, type RebuildRow, type RebuildState } from './rebuild';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

const columns = `id, name, relation, state, go_live as "goLive", orders, target, done, total, error,
  asked_by as "askedBy", asked_at as "askedAt", changed_at as "changedAt", paused_from as "pausedFrom", replaced,
  rollback_asked as "rollbackAsked", throttled`;

/** The stored rebuilds. */
@Injectable()
export class RebuildRows {
  constructor(private readonly db: StreamDatabase) {}

  async readRow(name: string, id: Uuid, lock: '' | 'for update' = ''): Promise<RebuildRow> {
    const [row] = await this.db.query<RebuildRow>(
      `select ${columns} from projection_rebuilds where name = $1 and id = $2 ${lock}`,
      [name, id],
    );
    if (!row) throw new NotFound('rebuild');
    return row;
  }

  /** Rebuilds after the cursor, the newest first. `moment` and `id` of a row are its cursor. */
  async list(
    name: string,
    limit: number,
    after?: RebuildCursor,
  ): Promise<(RebuildRow & { readonly moment: string })[]> {
    return this.db.query<RebuildRow & { readonly moment: string }>(
      `select ${columns}, asked_at::text as moment from projection_rebuilds
       where name = $1 and ($2::timestamptz is null or (asked_at, id) < ($2::timestamptz, $3::uuid))
       order by asked_at desc, id desc limit $4`,
      [name, after?.at ?? null, after?.id ?? null, limit],
    );
  }

  /** The orders in the list that have no event. */
  async findUnknown(orders: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    const rows = await this.db.query<{ id: Uuid }>(
      `select named.id from unnest($1::uuid[]) as named(id)
       where not exists (select 1 from ${named.events} e where e.${named.stream} = named.id and e.version = 1)`,
      [orders],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The rebuild that the rebuilder works on, if there is one. */
  async findCurrent(name: string): Promise<RebuildRow | undefined> {
    const [row] = await this.db.query<RebuildRow>(
      `select ${columns} from projection_rebuilds where name = $1 and state = any($2::text[])`,
      [name, underWay],
    );
    return row;
  }

  /** Whether the rebuild is still in the state of this row. */
  async isUnchanged({ id, state }: RebuildRow): Promise<boolean> {
    const rows = await this.db.query('select 1 from projection_rebuilds where id = $1 and state = $2', [id, state]);
    return rows.length === 1;
  }

  /**
   * Whether no other rebuild of a projection can start now, because a rebuild is under way or paused, or a rollback is
   * running.
   */
  async isBusy(name: string): Promise<boolean> {
    const rows = await this.db.query(
      `select 1 from projection_rebuilds
       where name = $1 and (state = any($2::text[]) or (state = 'live' and rollback_asked is not null))`,
      [name, [...underWay, 'paused']],
    );
    return rows.length > 0;
  }

  /**
   * How a person ended the newest rebuild to that version; undefined if no person ended it. If a person ended it, the
   * next rebuild does not start automatically.
   */
  async findManualEnd(name: string, version: number): Promise<'cancelled' | 'rolled-back' | undefined> {
    const [last] = await this.db.query<{ state: RebuildState }>(
      `select r.state from projection_rebuilds r join projection_tables t using (relation)
       where r.name = $1 and t.version = $2 and r.orders is null order by r.asked_at desc limit 1`,
      [name, version],
    );
    return last?.state === 'cancelled' || last?.state === 'rolled-back' ? last.state : undefined;
  }

  /** Moves the rebuild to another state. Returns false if it is no longer in the state of this row. */
  async changeState(row: RebuildRow, state: RebuildState, done?: number, error?: string): Promise<boolean> {
    const changed = await this.db.query(
      `update projection_rebuilds set state = $3, done = greatest(done, coalesce($4, done)),
         total = greatest(total, done, coalesce($4, total)), error = $5, changed_at = now(),
         paused_from = case when $3 = 'paused' then $2 end, throttled = false
       where id = $1 and state = $2 returning 1`,
      [row.id, row.state, state, done ?? null, error ?? null],
    );
    return changed.length === 1;
  }

  /** Stores the progress. `done` and `total` never decrease. */
  async storeProgress({ id }: RebuildRow, done: number, total: number): Promise<void> {
    await this.db.query(
      `update projection_rebuilds set done = greatest(done, $2), total = greatest(total, $3) where id = $1`,
      [id, done, total],
    );
  }

  async storeThrottled({ id }: RebuildRow, throttled: boolean): Promise<void> {
    await this.db.query('update projection_rebuilds set throttled = $2 where id = $1 and throttled <> $2', [
      id,
      throttled,
    ]);
  }

  async storeReplaced({ id }: RebuildRow, replaced: string): Promise<void> {
    await this.db.query('update projection_rebuilds set replaced = $2 where id = $1', [id, replaced]);
  }

  /** The live rebuild for which a rollback was requested, if there is one. */
  async findRollback(name: string): Promise<RebuildRow | undefined> {
    const [row] = await this.db.query<RebuildRow>(
      `select ${columns} from projection_rebuilds where name = $1 and state = 'live' and rollback_asked is not null`,
      [name],
    );
    return row;
  }

  async requestRollback({ id }: RebuildRow): Promise<void> {
    await this.db.query(`update projection_rebuilds set rollback_asked = now(), error = null where id = $1`, [id]);
  }

  async finishRollback({ id }: RebuildRow): Promise<void> {
    await this.db.query(
      `update projection_rebuilds set state = 'rolled-back', rollback_asked = null, changed_at = now() where id = $1`,
      [id],
    );
  }

  async failRollback({ id }: RebuildRow, error: string): Promise<void> {
    await this.db.query(
      `update projection_rebuilds set rollback_asked = null, error = $2, changed_at = now() where id = $1`,
      [id, error],
    );
  }
}
