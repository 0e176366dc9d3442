import { Logger } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { isVoiding, type Uuid } from '#kernel';
import type { LoggedEvent } from '#event-store';
import { readEventsAsOf } from './as-of';
import { failureAt, foldBatch, type Folded } from './fold';
import type { Projection, Row } from './projection';
import type { ProjectionTable } from './registry';
import type { LogSource } from './shared-log';
import { isRowError, TableWriter } from './table-writer';
import type { StreamDatabase } from '../../streams/stream-database';

/**
 * `lost`: another process moved the checkpoint or took over the table, so a new follower must replace this follower.
 */
export type StepResult = { readonly outcome: 'moved' | 'idle' | 'lost'; readonly events: number };

const MOST_REMEMBERED = 2_000;

/** Brings one projection table up to date, batch by batch, starting from its checkpoint. */
export class Follower {
  private readonly logger = new Logger('Projections');
  private readonly writer: TableWriter;
  private readonly rows = new Map<Uuid, Row>();
  private position: number;
  private mostEvents: number;
  private rate = 0;
  private nextRead:
    { readonly after: number; readonly most: number; readonly events: Promise<LoggedEvent[]> } | undefined;
  private lastWriteAt = performance.now();

  constructor(
    private readonly db: StreamDatabase,
    private readonly log: LogSource,
    readonly projection: Projection,
    readonly table: ProjectionTable,
    private readonly setAside: Set<Uuid>,
    /** Only the events of these orders are handled; by default the events of all orders. */
    private readonly only?: ReadonlySet<Uuid>,
  ) {
    this.writer = new TableWriter(db, projection, table.relation);
    this.position = table.position;
    this.mostEvents = Infinity;
  }

  get at(): number {
    return this.position;
  }

  /**
   * Handles one batch of at most `limit` events: reads them by position, folds them, and writes rows and checkpoint in
   * one transaction.
   */
  async step(limit: number): Promise<StepResult> {
    const most = Math.min(limit, this.mostEvents);
    const events = await this.readNext(most);
    if (events.length === 0) return { outcome: 'idle', events: 0 };
    const folded = await this.fold(events);
    const to = events[events.length - 1].position!;
    if (events.length === most && !this.db.inTransaction()) this.readAhead(to, most);
    try {
      return await this.write(folded, to, events.length);
    } catch (error) {
      if (!isRowError(error)) throw error;
      // The table refuses the row of one order. The batch is halved until it contains only the event that leads to this
      // row. Then the order of the event is set aside.
      this.rows.clear();
      if (events.length > 1) {
        this.mostEvents = Math.ceil(events.length / 2);
        return { outcome: 'moved', events: 0 };
      }
      const failure = failureAt(events[0], error);
      return this.write({ rows: new Map(), gone: [], failures: [failure] }, to, 1);
    }
  }

  private async readNext(most: number): Promise<LoggedEvent[]> {
    const { nextRead } = this;
    this.nextRead = undefined;
    if (nextRead?.after === this.position && nextRead.most === most) return nextRead.events;
    return this.log.readForViews(this.position, most);
  }

  /** After a full batch there are probably more events. These are read while this batch is written. */
  private readAhead(after: number, most: number): void {
    const events = this.log.readForViews(after, most);
    events.catch(() => undefined); // the step that uses these events gets the error
    this.nextRead = { after, most, events };
  }

  private async fold(events: readonly LoggedEvent[]): Promise<Folded> {
    const { only } = this;
    const wanted = only ? events.filter((event) => only.has(event.streamId)) : events;
    const unknown = new Set(wanted.map((event) => event.streamId).filter((id) => !this.rows.has(id)));
    // Before the first event of an order there is no row to load.
    for (const event of wanted) if (event.version === 1) unknown.delete(event.streamId);
    for (const row of await this.writer.readRows([...unknown])) this.rows.set(row.orderId, row);
    const folded = foldBatch(this.projection, this.rows, wanted, this.setAside);
    const voided = new Set(wanted.filter(isVoiding).map(({ streamId: orderId }) => orderId));
    return voided.size === 0 ? folded : this.foldAgain(folded, voided, events[events.length - 1].position!);
  }

  /**
   * In each of these orders an event was declared void. So the rows of these orders are folded again from the first
   * event.
   */
  private async foldAgain(folded: Folded, orders: ReadonlySet<Uuid>, to: number): Promise<Folded> {
    const rows = new Map(folded.rows);
    const gone = folded.gone.filter((id) => !orders.has(id));
    const failures = folded.failures.filter(({ orderId }) => !orders.has(orderId));
    const healed: Uuid[] = [];
    for (const orderId of orders) {
      const refolded = foldBatch(this.projection, new Map(), await readEventsAsOf(this.log, orderId, to));
      const row = refolded.rows.get(orderId);
      if (row) rows.set(orderId, row);
      else if (rows.delete(orderId) || this.rows.has(orderId)) gone.push(orderId);
      if (refolded.failures.length > 0) failures.push(...refolded.failures);
      else if (this.setAside.has(orderId)) healed.push(orderId);
    }
    return { rows, gone, failures, healed };
  }

  private async write(folded: Folded, to: number, events: number): Promise<StepResult> {
    const now = performance.now();
    const measured = (events * 1000) / Math.max(now - this.lastWriteAt, 1);
    const rate = this.rate === 0 ? measured : this.rate * 0.8 + measured * 0.2;
    const move = { from: this.position, to, epoch: this.table.epoch, rate };
    crashPoint('projection.folded', this.projection.name);
    if (!(await this.writer.writeRows(move, folded))) return { outcome: 'lost', events: 0 };
    crashPoint('projection.moved', this.projection.name);
    this.position = to;
    this.rate = rate;
    this.lastWriteAt = now;
    this.mostEvents = this.mostEvents * 2;
    this.remember(folded);
    return { outcome: 'moved', events };
  }

  // As long as this follower can move the checkpoint, no other process writes these rows. So the rows are not read
  // again.
  private remember({ rows, gone, failures, healed = [] }: Folded): void {
    for (const [id, row] of rows) {
      this.rows.delete(id);
      this.rows.set(id, row);
    }
    for (const id of gone) this.rows.delete(id);
    for (const id of healed) {
      this.setAside.delete(id);
      this.logger.log(`the read model ${this.projection.name} is updated again for order ${id}`);
    }
    for (const { orderId, position, error } of failures) {
      if (this.setAside.has(orderId)) continue;
      this.setAside.add(orderId);
      this.logger.error(
        `the read model ${this.projection.name} set order ${orderId} aside, because it cannot use the event at position ${position}: ${error}`,
      );
    }
    for (const id of this.rows.keys()) {
      if (this.rows.size <= MOST_REMEMBERED) break;
      this.rows.delete(id);
    }
  }
}
