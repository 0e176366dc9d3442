import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#database';
import { foldBatch, type Projection } from '#event-store/projections';
import { SystemIds } from '#platform/system';
import { orderEvents } from '../../../libs/ordering/src/model/order-events.config';
import { factsUntil } from '../../../libs/ordering/src/model/order-samples';
import { EVENT_MAC_KEY, happening, storeOn } from '../../../libs/event-store/src/testing/store';
import { eventually } from '../../support/eventually';
import { ADMIN, logIn, type Person } from '../../support/people';
import { startShop, type RunningShop } from '../../support/start-shop';
import { testDatabase, type TestDatabase } from '../../support/test-database';

const ids = new SystemIds();

interface Instance {
  readonly shop: RunningShop;
  readonly admin: Person;
  /** Sets the crash point at which this process is killed, such as `rebuild.switching:1:SIGKILL`. */
  arm(instruction: string): void;
  /** The time of the crash; undefined if there was no crash. */
  crashedAt(): number | undefined;
}

/** Two instances of a shop on one database. The elder instance is the leader, and is killed next. */
export class RebuiltShops {
  private readonly folder = mkdtempSync(join(tmpdir(), 'shop-rebuilt-'));
  private started = 0;
  readonly db: Database;
  elder!: Instance;
  younger!: Instance;

  private constructor(readonly test: TestDatabase) {
    this.db = test.of('ordering');
  }

  static async open(): Promise<RebuiltShops> {
    const shops = new RebuiltShops(await testDatabase());
    shops.elder = await shops.start();
    // The first instance is the leader when it has numbered an event.
    await shops.append(1);
    await eventually(async () => {
      if ((await storeOn(shops.db, orderEvents).store.head()) === 0)
        throw new Error('the sequencer has not numbered an event yet');
    });
    shops.younger = await shops.start();
    return shops;
  }

  async close(): Promise<void> {
    await Promise.all([this.elder?.shop.stop(), this.younger?.shop.stop()]);
    await this.test.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Call this after the elder instance was killed. The younger instance becomes the elder, and a new instance is
   * started.
   */
  async succeed(): Promise<void> {
    this.elder = this.younger;
    this.younger = await this.start();
  }

  private async start(): Promise<Instance> {
    const [crashFile, log] = ['orders', 'log'].map((name) => join(this.folder, `${name}-${++this.started}`));
    writeFileSync(crashFile, 'none:1:SIGKILL');
    writeFileSync(log, '');
    const shop = await startShop({
      env: {
        DATABASE_URL: this.test.url,
        NODE_OPTIONS: '--conditions=crash-tests',
        CRASH_INSTRUCTIONS: crashFile,
        CRASH_LOG: log,
        SEED_DEMO: 'false',
        EVENT_MAC_KEY,
      },
    });
    return {
      shop,
      admin: await logIn(shop, ADMIN),
      arm: (instruction) => {
        writeFileSync(crashFile, instruction);
        process.kill(shop.pid, 'SIGUSR2');
      },
      crashedAt: () => {
        const at = Number(/ (\d+)$/.exec(readFileSync(log, 'utf8').trim())?.[1]);
        return Number.isNaN(at) ? undefined : at;
      },
    };
  }

  /** Appends completed orders with six events each. */
  async append(orders: number): Promise<void> {
    const { store } = storeOn(this.db, orderEvents);
    for (let done = 0; done < orders; done += 20) {
      await Promise.all(
        Array.from({ length: Math.min(20, orders - done) }, () => {
          const events = factsUntil.completed.map((event) => ({ ...event, schemaVersion: 1 }));
          return store.append({ ...happening(ids.next(), 0), events });
        }),
      );
    }
  }

  /** Waits until all events are numbered and applied to the live table. */
  async settled(name: string): Promise<void> {
    await eventually(async () => {
      const [row] = await this.db.query<{ behind: boolean }>(
        `select exists (select from order_pending) or c.position < (select max(position) from order_log) as behind
         from projection_tables t join projection_checkpoints c using (relation) where t.name = $1 and t.state = 'live'`,
        [name],
      );
      if (row.behind) throw new Error(`${name} is behind`);
    }, 30_000);
  }

  /** The number of rows in the live table that differ from their events, plus the number of extra rows. */
  async wrongRows(projection: Projection): Promise<number> {
    const { store } = storeOn(this.db, orderEvents);
    const [{ relation }] = await this.db.query<{ relation: string }>(
      `select relation from projection_tables where name = $1 and state = 'live'`,
      [projection.name],
    );
    const rows = await this.db.query<{ id: string; position: number; version: number; view: object }>(
      `select order_id as id, position, version, view from "${relation}"`,
    );
    const log = [];
    for (let after = 0; ;) {
      const events = await store.readLog(after, 1_000);
      if (events.length === 0) break;
      log.push(...events);
      after = events[events.length - 1].position!;
    }
    const expected = foldBatch(projection, new Map(), log).rows;
    const stored = new Map(rows.map((row) => [row.id, row]));
    const same = [...expected.values()].filter((row) => {
      const { position, version, view } = stored.get(row.orderId) ?? {};
      return position === row.position && version === row.version && sameJson(view, row.view);
    });
    return expected.size - same.length + rows.filter(({ id }) => !expected.has(id)).length;
  }
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).sort().map(([key, part]) => [key, sorted(part)])) // prettier-ignore
      : value;
const sameJson = (a: unknown, b: unknown): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(JSON.parse(JSON.stringify(b))));

export interface ReadTimes {
  readonly reads: number;
  readonly failed: number;
  readonly longestMs: number;
  /** The longest read of something that has nothing to do with the rebuild. It shows how busy the machine was. */
  readonly longestBesideMs: number;
}

/** Reads the read model again and again until `stop` is called. Also reads something unrelated with about the same cost. */
export function pollReadModel(admin: Person, path: string) {
  const stopping = new AbortController();
  const timed = async (requestPath: string) => {
    const begun = performance.now();
    const { status } = await admin.get(requestPath).catch(() => ({ status: 0 }));
    return { status, ms: Math.round(performance.now() - begun) };
  };
  const times = { reads: 0, failed: 0, longestMs: 0, longestBesideMs: 0 };
  const reading = (async () => {
    while (!stopping.signal.aborted) {
      const [read, beside] = await Promise.all([timed(path), timed('/admin/mailbox?limit=20')]);
      times.reads += 1;
      if (read.status !== 200) times.failed += 1;
      times.longestMs = Math.max(times.longestMs, read.ms);
      times.longestBesideMs = Math.max(times.longestBesideMs, beside.ms);
      await pause(5);
    }
  })();
  return {
    stop: async (): Promise<ReadTimes> => {
      stopping.abort();
      await reading;
      return times;
    },
  };
}
