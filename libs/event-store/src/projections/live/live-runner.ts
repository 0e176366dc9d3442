import { Injectable, Logger } from '@nestjs/common';
import { EventStore } from '#event-store';
import { withoutPublishing } from '#messaging';
import { activity } from '#platform/system';
import { Follower } from './follower';
import { BatchSize } from './batch-size';
import { Wakeups } from './wakeups';
import { ProjectionRegistry, type ProjectionTable } from './registry';
import { SetAside } from './set-aside';
import { SharedLog } from './shared-log';
import { StreamDatabase } from '../../streams/stream-database';

/**
 * After a batch of this many events there are probably more events. Then the next batch can be as large as in a
 * rebuild.
 */
const MANY_EVENTS = 500;
/**
 * Under load, events arrive every millisecond. After a small batch the runner waits this long, so that the next batch
 * has several events.
 */
const GATHER_MS = 15;

/** How often an idle follower compares its position with the stored checkpoint. */
const READ_CHECKPOINT_MS = 5_000;

/** Keeps the live table of a projection at the head of the log. */
@Injectable()
export class LiveRunner {
  private readonly log = new Logger('Projections');
  private readonly events: SharedLog;
  /** The largest position in the notifications that this process has received. */
  private numberedUpTo = 0;

  constructor(
    private readonly db: StreamDatabase,
    store: EventStore,
    private readonly registry: ProjectionRegistry,
    private readonly setAside: SetAside,
    private readonly wakeups: Wakeups,
  ) {
    this.events = new SharedLog(store);
    store.onNumbered((position) => (this.numberedUpTo = Math.max(this.numberedUpTo, position)));
  }

  async run(name: string, stop: AbortSignal): Promise<void> {
    let failures = 0;
    let retried = false;
    while (!stop.aborted) {
      try {
        await this.registry.ensureLive(name);
        const table = (await this.registry.live(name))!;
        // This process perhaps has a newer build than the last leader. Then it can perhaps use events for which orders
        // were set aside.
        if (!retried) await this.setAside.retryAll(table, stop);
        retried = true;
        await this.follow(table, stop, () => (failures = 0));
      } catch (error) {
        if (stop.aborted) return;
        failures += 1;
        this.log.error(`updating the read model ${name} failed ${failures} times in a row`, (error as Error)?.stack);
        await this.storeTrouble(name, error);
        await this.wakeups.wait([], Math.min(100 * 2 ** failures, 5_000), stop);
      }
    }
  }

  private async follow(table: ProjectionTable, stop: AbortSignal, onSuccess: () => void): Promise<void> {
    const current = (await this.registry.findTable(table.relation))!;
    let hasStoredTrouble = current.trouble !== null;
    const setAside = new Set(await this.registry.listSetAside(table.relation));
    const follower = new Follower(this.db, this.events, this.registry.projectionOf(table), current, setAside);
    const size = new BatchSize(this.db);
    let behind = false;
    let checkpointReadAt = performance.now();
    while (!stop.aborted) {
      const since = this.wakeups.countSoFar(['log']);
      const batch: number = behind ? await size.eventsAfter(follower.at) : MANY_EVENTS;
      const { outcome, events } = await withoutPublishing(table.name, () => follower.step(batch));
      onSuccess();
      if (hasStoredTrouble) await this.registry.storeTrouble(table.relation, null);
      hasStoredTrouble = false;
      if (outcome === 'lost') return;
      if (outcome === 'moved') this.wakeups.wake('moved');
      if (outcome === 'idle' && performance.now() - checkpointReadAt >= READ_CHECKPOINT_MS) {
        if (await this.wasSetBack(table, follower.at)) return;
        checkpointReadAt = performance.now();
      }
      behind = events >= Math.min(MANY_EVENTS, batch);
      const caughtUp = outcome === 'idle' || (events > 0 && !behind && follower.at >= this.numberedUpTo);
      if (events > 0 && !behind) await this.wakeups.wait([], GATHER_MS, stop);
      if (caughtUp) await this.wakeups.wait(['log'], activity.checkAfter(500), stop, since);
    }
  }

  /**
   * Whether somebody restored an older version of the table together with its checkpoint. Without this check, the
   * follower would notice the restore only after the next event.
   */
  private async wasSetBack({ name, relation }: ProjectionTable, at: number): Promise<boolean> {
    const stored = await this.registry.findTable(relation);
    if (!stored || stored.position >= at) return false;
    this.log.warn(
      `the checkpoint of ${name} was set back from ${at} to ${stored.position}: its rows are updated again`,
    );
    return true;
  }

  /** Stores why the table cannot be updated. Does nothing if the database cannot be reached. */
  private async storeTrouble(name: string, error: unknown): Promise<void> {
    const reason = String((error as Error)?.message ?? error).slice(0, 500);
    const store = async (): Promise<void> => {
      const live = await this.registry.live(name);
      if (live) await this.registry.storeTrouble(live.relation, reason);
    };
    await store().catch(() => undefined);
  }
}
