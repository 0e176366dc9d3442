import { Injectable } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { EventStore } from '#event-store';
import { withoutPublishing } from '#messaging';
import type { Amount, RebuildDiff, ShownDifference } from './comparison';
import { Diffs } from './diffs';
import { changesBetween } from './differences';
import { findFirstDifference } from './first-difference';
import type { RebuildRow } from '../rebuild/rebuild';
import { RebuildRows } from '../rebuild/rebuild-rows';
import { ProjectionRegistry } from '../live/registry';
import { RowPairs } from './row-pairs';
import { keepWorst, emptyTally, countDifferences, type Tally, type WorstOrder } from './tally';
import { Throttle } from '../rebuild/throttle';
import { StreamDatabase } from '../../streams/stream-database';

const MOST_CHANGES = 50;
const SAVE_MS = 1_000;
const vnd = (amount: number): Amount => ({ amount, currency: 'VND' });

/**
 * Compares a rebuilt table with the live table, a few hundred orders at a time. During the comparison the live table is
 * still updated, but the rebuilt table is not.
 */
@Injectable()
export class Comparer {
  constructor(
    private readonly db: StreamDatabase,
    private readonly store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly rows: RebuildRows,
    private readonly diffs: Diffs,
    private readonly throttle: Throttle,
  ) {}

  /**
   * Returns false if the comparison was interrupted, or if the live table is still behind the rebuilt table. If the
   * rebuilt table has not moved meanwhile, the next call continues where this call stopped.
   */
  async compare(row: RebuildRow, stop: AbortSignal): Promise<boolean> {
    const pairs = await this.openPairs(row);
    if (!pairs) return false;
    const savedProgress = await this.diffs.findProgress(row.id, pairs.at);
    const tally = savedProgress?.tally ?? emptyTally();
    const countPairs = (orderPairs: Awaited<ReturnType<RowPairs['readPairsOf']>>): void => {
      for (const pair of orderPairs) countDifferences(tally, pairs.old.projection, pairs.next.projection, pair);
    };
    if (row.orders) countPairs(await pairs.readPairsOf(row.orders));
    let savedAt = performance.now();
    for (let cursor = savedProgress?.cursor ?? null, first = true; !row.orders && (first || cursor); first = false) {
      const page = await pairs.readNextPairs(cursor);
      countPairs(page.pairs);
      cursor = page.to;
      const interrupted = stop.aborted || !(await this.rows.isUnchanged(row));
      if (cursor && (interrupted || performance.now() - savedAt > SAVE_MS)) {
        await this.diffs.storeProgress(row.id, pairs.at, cursor, tally);
        savedAt = performance.now();
      }
      crashPoint('rebuild.comparing');
      if (interrupted) return false;
      await this.throttle.pauseIfSlow(row, stop);
    }
    await this.diffs.storeResult(row.id, pairs.at, await this.toDiff(pairs, tally));
    return true;
  }

  /** Returns undefined while the live table has not reached the position of the rebuilt table. */
  private async openPairs(row: RebuildRow): Promise<RowPairs | undefined> {
    const [live, next] = [await this.registry.live(row.name), await this.registry.findTable(row.relation)];
    if (!live || !next || live.position < next.position) return undefined;
    const side = (table: typeof live) => ({ table, projection: this.registry.projectionOf(table) });
    return new RowPairs(this.db, this.store, side(live), side(next), next.position);
  }

  private async toDiff(pairs: RowPairs, tally: Tally): Promise<RebuildDiff> {
    keepWorst(tally);
    const { compared, added, removed, changed } = tally;
    const columns = Object.entries(tally.fields)
      .map(([name, rows]) => ({ name, changed: rows }))
      .sort((a, b) => b.changed - a.changed || a.name.localeCompare(b.name));
    const money = Object.entries(tally.money)
      .map(([column, { before, after }]) => ({ column, before: vnd(before), after: vnd(after) }))
      .sort((a, b) => a.column.localeCompare(b.column));
    const sample: ShownDifference[] = [];
    for (const worst of tally.worst) sample.push(await this.toShownDifference(pairs, worst));
    return { atPosition: pairs.at, compared, added, removed, changed, columns, money, sample };
  }

  private async toShownDifference(pairs: RowPairs, { orderId, moneyMoved }: WorstOrder): Promise<ShownDifference> {
    const [pair] = await pairs.readPairsOf([orderId]);
    const events = await pairs.readEvents(orderId);
    const { old, next } = pairs;
    const first = withoutPublishing(next.projection.name, () =>
      findFirstDifference(old.projection, next.projection, events),
    );
    return {
      orderId,
      firstEvent: first
        ? {
            position: first.event.position!,
            version: first.event.version,
            type: first.event.type,
            changes: first.changes.slice(0, MOST_CHANGES),
          }
        : null,
      before: pair?.before ?? null,
      after: pair?.after ?? null,
      changes: changesBetween(pair?.before, pair?.after).slice(0, MOST_CHANGES),
      moneyMoved,
    };
  }
}
