import { eventually } from '../../../../database/src/testing/eventually';
import type { Database } from '#database';
import type { StreamDatabase } from '../../streams/stream-database';
import { happening, ids } from '../../testing/store';
import { streamsIn } from '../../testing/tables';
import type { Projection } from '../live/projection';
import type { RebuildState } from '../rebuild/rebuild';
import { projectionsOn, type Tally } from './tally';

export type Shop = ReturnType<typeof projectionsOn>;

/** The result of `testDatabase()`. */
interface TestDatabaseOfSpec {
  readonly url: string;
  of(context: 'ordering'): Database;
  admin<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

let names = 0;

/** Returns a name for a projection that no other test of the file uses. */
export const newName = (): string => `tally-${String.fromCharCode(97 + names++)}`;

/** Gives each test its own database. The shops of a test run until the test ends. */
export class ProjectionTest {
  test!: TestDatabaseOfSpec;
  private stopFunctions: (() => Promise<void>)[] = [];
  db!: StreamDatabase;

  constructor(open: () => Promise<TestDatabaseOfSpec>) {
    beforeEach(async () => {
      this.test = await open();
      this.db = streamsIn(this.test.of('ordering'));
    });
    afterEach(async () => {
      await Promise.all(this.stopFunctions.splice(0).map((stop) => stop()));
      await this.test.drop();
    });
  }

  /**
   * The projections of one process on the test database. The process leads the projections whose names are in `lead`.
   */
  shop(
    projections: readonly Projection[],
    lead: readonly string[] = [],
    yieldMs?: number,
  ): Shop & { stop: () => Promise<void> } {
    const shop = projectionsOn(this.test.of('ordering'), projections, undefined, { yieldMs });
    const stop = shop.lead(...lead);
    this.stopFunctions.push(stop);
    return { ...shop, stop };
  }

  /** Runs a query as the superuser. */
  admin<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]> {
    return this.test.admin<Row>(sql, values);
  }

  async append(shop: Shop, order: string, from: number, data: readonly object[]): Promise<void> {
    await shop.store.append(happening(order, from, data));
  }

  /** Creates orders, and appends `events` events to each of them. Returns the ids of the orders. */
  async appendOrders(shop: Shop, orders: number, events: number): Promise<string[]> {
    const all = Array.from({ length: orders }, () => ids.next());
    for (let version = 0; version < events; version++)
      await Promise.all(all.map((order, index) => this.append(shop, order, version, [{ n: index + version }])));
    return all;
  }

  async waitUntilCaughtUp(shop: Shop, name: string): Promise<void> {
    await eventually(async () => {
      const [pending] = await this.db.query<{ n: number }>('select count(*)::int as n from order_pending');
      const head = await shop.store.head();
      return pending.n === 0 && head > 0 && (await shop.models.position(name)) === head;
    });
  }

  async readRows(table: string) {
    return this.db.query<{ order_id: string; position: number; version: number; view: Tally; sum: number }>(
      `select order_id, position, version, view, sum from ${table} order by order_id`,
    );
  }

  /** The rows that the table should have: every stream folded from its first event. */
  async expectedRows() {
    return this.db.query<{ order_id: string; position: number; version: number; view: Tally; sum: number }>(
      `select e.order_id, max(l.position) as position, max(e.version) as version,
         jsonb_build_object('count', count(*), 'sum', sum((e.event_data->>'n')::int)) as view,
         sum((e.event_data->>'n')::int)::int as sum
       from order_events e join order_log l on l.event_id = e.id group by e.order_id order by e.order_id`,
    );
  }

  async waitForState(shop: Shop, name: string, id: string, state: RebuildState): Promise<void> {
    await eventually(async () => {
      const rebuild = await shop.rebuilds.view(name, id);
      if (rebuild.state === 'failed' && state !== 'failed') throw new Error(`the rebuild failed: ${rebuild.error}`);
      return rebuild.state === state;
    });
  }
}
