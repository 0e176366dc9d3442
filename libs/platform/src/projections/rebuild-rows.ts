import { Injectable } from '@nestjs/common';
import { NotFound, type Uuid } from '#kernel';
import { Database } from '#platform/database';
import { underWay, type RebuildRow, type RebuildState } from './rebuild';

const columns = `id, name, relation, state, go_live as "goLive", orders, target, done, total, error,
  asked_at as "askedAt", changed_at as "changedAt", paused_from as "pausedFrom", replaced,
  rollback_asked as "rollbackAsked", throttled`;

/** What is written down about rebuilds. */
@Injectable()
export class RebuildRows {
  constructor(private readonly db: Database) {}

  async row(name: string, id: Uuid, lock: '' | 'for update' = ''): Promise<RebuildRow> {
    const [row] = await this.db.query<RebuildRow>(
      `select ${columns} from projection_rebuilds where name = $1 and id = $2 ${lock}`,
      [name, id],
    );
    if (!row) throw new NotFound('rebuild');
    return row;
  }

  /** The one that is being worked on, if any. */
  async current(name: string): Promise<RebuildRow | undefined> {
    const [row] = await this.db.query<RebuildRow>(
      `select ${columns} from projection_rebuilds where name = $1 and state = any($2::text[])`,
      [name, underWay],
    );
    return row;
  }

  /** Whether it is still in the state it was seen in. */
  async stands({ id, state }: RebuildRow): Promise<boolean> {
    const rows = await this.db.query('select 1 from projection_rebuilds where id = $1 and state = $2', [id, state]);
    return rows.length === 1;
  }

  /** Work of this projection that leaves no room for another rebuild: one under way or paused, or a rollback. */
  async busy(name: string): Promise<boolean> {
    const rows = await this.db.query(
      `select 1 from projection_rebuilds
       where name = $1 and (state = any($2::text[]) or (state = 'live' and rollback_asked is not null))`,
      [name, [...underWay, 'paused']],
    );
    return rows.length > 0;
  }

  /** How people ended the youngest rebuild of that version, if it was they who did: nobody starts the next for them. */
  async givenUp(name: string, version: number): Promise<'cancelled' | 'rolled-back' | undefined> {
    const [last] = await this.db.query<{ state: RebuildState }>(
      `select r.state from projection_rebuilds r join projection_tables t using (relation)
       where r.name = $1 and t.version = $2 and r.orders is null order by r.asked_at desc limit 1`,
      [name, version],
    );
    return last?.state === 'cancelled' || last?.state === 'rolled-back' ? last.state : undefined;
  }

  /** False when it is no longer in the state it was seen in. */
  async enter(row: RebuildRow, state: RebuildState, done?: number, error?: string): Promise<boolean> {
    const changed = await this.db.query(
      `update projection_rebuilds set state = $3, done = greatest(done, coalesce($4, done)),
         total = greatest(total, done, coalesce($4, total)), error = $5, changed_at = now(),
         paused_from = case when $3 = 'paused' then $2 end, throttled = false
       where id = $1 and state = $2 returning 1`,
      [row.id, row.state, state, done ?? null, error ?? null],
    );
    return changed.length === 1;
  }

  /** How far it has come, as far as it is not told by its table's position. */
  async progress({ id }: RebuildRow, done: number, total: number): Promise<void> {
    await this.db.query(
      `update projection_rebuilds set done = greatest(done, $2), total = greatest(total, $3) where id = $1`,
      [id, done, total],
    );
  }

  async throttled({ id }: RebuildRow, throttled: boolean): Promise<void> {
    await this.db.query('update projection_rebuilds set throttled = $2 where id = $1 and throttled <> $2', [
      id,
      throttled,
    ]);
  }

  async wentLive({ id }: RebuildRow, replaced: string): Promise<void> {
    await this.db.query('update projection_rebuilds set replaced = $2 where id = $1', [id, replaced]);
  }

  /** The rebuild that is to be rolled back, if there is one. */
  async rollingBack(name: string): Promise<RebuildRow | undefined> {
    const [row] = await this.db.query<RebuildRow>(
      `select ${columns} from projection_rebuilds where name = $1 and state = 'live' and rollback_asked is not null`,
      [name],
    );
    return row;
  }

  async askRollback({ id }: RebuildRow): Promise<void> {
    await this.db.query(`update projection_rebuilds set rollback_asked = now(), error = null where id = $1`, [id]);
  }

  async rolledBack({ id }: RebuildRow): Promise<void> {
    await this.db.query(
      `update projection_rebuilds set state = 'rolled-back', rollback_asked = null, changed_at = now() where id = $1`,
      [id],
    );
  }

  async rollbackFailed({ id }: RebuildRow, error: string): Promise<void> {
    await this.db.query(
      `update projection_rebuilds set rollback_asked = null, error = $2, changed_at = now() where id = $1`,
      [id, error],
    );
  }
}
