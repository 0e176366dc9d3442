import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import type { RebuildDiff } from './comparison';
import { RebuildNotCompared } from '../rebuild/rebuild-errors';
import { RebuildRows } from '../rebuild/rebuild-rows';
import type { Tally } from './tally';
import { StreamDatabase } from '../../streams/stream-database';

/**
 * Stores and reads the differences between a rebuilt table and the live table. The differences are kept after the
 * rebuild has gone live or was cancelled.
 */
@Injectable()
export class Diffs {
  constructor(
    private readonly db: StreamDatabase,
    private readonly rows: RebuildRows,
  ) {}

  async of(name: string, id: Uuid): Promise<RebuildDiff> {
    const row = await this.rows.readRow(name, id);
    const diff = await this.findResult(id);
    if (!diff) throw new RebuildNotCompared(row.state);
    return diff;
  }

  async findResult(id: Uuid): Promise<RebuildDiff | undefined> {
    const [row] = await this.db.query<{ diff: RebuildDiff }>(
      'select diff from projection_diffs where rebuild = $1 and diff is not null',
      [id],
    );
    return row?.diff;
  }

  /** The stored progress of a comparison at this position. */
  async findProgress(id: Uuid, at: number): Promise<{ cursor: Uuid; tally: Tally } | undefined> {
    const [row] = await this.db.query<{ cursor: Uuid; tally: Tally }>(
      'select cursor, tally from projection_diffs where rebuild = $1 and at_position = $2 and cursor is not null',
      [id, at],
    );
    return row;
  }

  async storeProgress(id: Uuid, at: number, cursor: Uuid, tally: Tally): Promise<void> {
    await this.write(id, at, cursor, tally, null);
  }

  async storeResult(id: Uuid, at: number, diff: RebuildDiff): Promise<void> {
    await this.write(id, at, null, {}, diff);
  }

  private async write(id: Uuid, at: number, cursor: Uuid | null, tally: object, diff: RebuildDiff | null) {
    await this.db.query(
      `insert into projection_diffs (rebuild, at_position, cursor, tally, diff) values ($1, $2, $3, $4, $5)
       on conflict (rebuild) do update set at_position = excluded.at_position, cursor = excluded.cursor,
         tally = excluded.tally, diff = excluded.diff, changed_at = now()`,
      [id, at, cursor, JSON.stringify(tally), diff && JSON.stringify(diff)],
    );
  }
}
