import { crashPoint } from '#crash-points';
import type { Uuid } from '#kernel';
import type { Database } from '#platform/database';
import type { LoggedEvent } from '#platform/event-store';
import { failureAt, foldBatch, type Folded } from './fold';
import type { Projection, Row } from './projection';
import type { ProjectionTable } from './registry';
import type { LogSource } from './shared-log';
import { dataIsWrong, TableWriter } from './table-writer';

/** `lost`: the checkpoint was moved or taken by somebody else, and this follower has to be made anew. */
export type Step = { readonly outcome: 'moved' | 'idle' | 'lost'; readonly events: number };

const remembered = 2_000;

/** Brings one projection table forward, batch by batch, from where its checkpoint stands. */
export class Follower {
  private readonly writer: TableWriter;
  private readonly rows = new Map<Uuid, Row>();
  private position: number;
  private most: number;
  private rate = 0;
  private ahead: { readonly after: number; readonly most: number; readonly events: Promise<LoggedEvent[]> } | undefined;
  private last = performance.now();

  constructor(
    private readonly db: Database,
    private readonly log: LogSource,
    readonly projection: Projection,
    readonly table: ProjectionTable,
    private readonly setAside: Set<Uuid>,
    /** Only these orders' rows are kept in the table; all by default. */
    private readonly only?: ReadonlySet<Uuid>,
  ) {
    this.writer = new TableWriter(db, projection, table.relation);
    this.position = table.position;
    this.most = Infinity;
  }

  get at(): number {
    return this.position;
  }

  /** One batch of at most `limit` events: read by position, folded, and written with the checkpoint in one transaction. */
  async step(limit: number): Promise<Step> {
    const most = Math.min(limit, this.most);
    const events = await this.next(most);
    if (events.length === 0) return { outcome: 'idle', events: 0 };
    const folded = await this.fold(events);
    const to = events[events.length - 1].position!;
    if (events.length === most && !this.db.inTransaction()) this.readAhead(to, most);
    try {
      return await this.write(folded, to, events.length);
    } catch (error) {
      if (!dataIsWrong(error)) throw error;
      // One order's row is not what the table takes: narrow the batch down to its event, and set that order aside.
      this.rows.clear();
      if (events.length > 1) {
        this.most = Math.ceil(events.length / 2);
        return { outcome: 'moved', events: 0 };
      }
      const failure = failureAt(events[0], error);
      return this.write({ rows: new Map(), gone: [], failures: [failure] }, to, 1);
    }
  }

  private async next(most: number): Promise<LoggedEvent[]> {
    const { ahead } = this;
    this.ahead = undefined;
    if (ahead?.after === this.position && ahead.most === most) return ahead.events;
    return this.log.readForViews(this.position, most);
  }

  /** After a full batch there is more, which is read while this one is written. */
  private readAhead(after: number, most: number): void {
    const events = this.log.readForViews(after, most);
    events.catch(() => undefined); // whoever takes it up is told
    this.ahead = { after, most, events };
  }

  private async fold(events: readonly LoggedEvent[]): Promise<Folded> {
    const { only } = this;
    const mine = only ? events.filter((event) => only.has(event.orderId)) : events;
    const unknown = new Set(mine.map((event) => event.orderId).filter((id) => !this.rows.has(id)));
    // An order's first event has no row to load.
    for (const event of mine) if (event.version === 1) unknown.delete(event.orderId);
    for (const row of await this.writer.rows([...unknown])) this.rows.set(row.orderId, row);
    return foldBatch(this.projection, this.rows, mine, this.setAside);
  }

  private async write(folded: Folded, to: number, events: number): Promise<Step> {
    const now = performance.now();
    const measured = (events * 1000) / Math.max(now - this.last, 1);
    const rate = this.rate === 0 ? measured : this.rate * 0.8 + measured * 0.2;
    const move = { from: this.position, to, epoch: this.table.epoch, rate };
    crashPoint('projection.folded', this.projection.name);
    if (!(await this.writer.move(move, folded))) return { outcome: 'lost', events: 0 };
    crashPoint('projection.moved', this.projection.name);
    this.position = to;
    this.rate = rate;
    this.last = now;
    this.most = this.most * 2;
    this.remember(folded);
    return { outcome: 'moved', events };
  }

  // Rows written by this follower are as it wrote them for as long as its checkpoint moves, so they need no reading.
  private remember({ rows, gone, failures }: Folded): void {
    for (const [id, row] of rows) {
      this.rows.delete(id);
      this.rows.set(id, row);
    }
    for (const id of gone) this.rows.delete(id);
    for (const { orderId } of failures) this.setAside.add(orderId);
    for (const id of this.rows.keys()) {
      if (this.rows.size <= remembered) break;
      this.rows.delete(id);
    }
  }
}
