import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import type { Database } from '#platform/database';
import type { Leadership } from '#platform/leadership';
import { chained, ORIGIN } from './chain';
import { doorbell } from './doorbell';
import type { LogSignals } from './log-signals';
import { lastNumbered, number, readPending } from './pending';
import type { Sealer } from './sealer';
import { Watermark } from './watermark';

/** Under load events come by the millisecond: a batch waits this long for its companions, and longer when many come. */
const GATHER_MS = 8;
const MANY = 12;
const GATHER_MANY_MS = 20;
/** How often it looks by itself; between processes a word may get lost. */
const LOOK_MS = 500;
const LONGEST_TROUBLE_MS = 5_000;

/**
 * Numbers committed events, one process at a time: contiguous positions in commit order, each chained to the one before.
 * It sees only what is committed, so neither an open transaction nor an aborted one can hold it up or leave a gap.
 */
@Injectable()
export class Sequencer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Sequencer');
  private standDown?: () => Promise<void>;

  constructor(
    private readonly db: Database,
    private readonly leadership: Leadership,
    private readonly signals: LogSignals,
    private readonly sealer: Sealer,
  ) {}

  onApplicationBootstrap(): void {
    this.standDown = this.leadership.lead(this.signals.sequencer, (lost) => this.lead(lost));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.standDown?.();
  }

  /** Until the lead is lost. */
  async lead(lost: AbortSignal): Promise<void> {
    for (let troubles = 0; !lost.aborted;) {
      try {
        await this.follow(lost, () => (troubles = 0));
      } catch (error) {
        if (lost.aborted) return;
        // Another leader numbered the same events first, or the database is away: look anew where the log ends.
        troubles += 1;
        this.log.warn(`numbering stumbled (${troubles}): ${(error as Error).message}`);
        await pause(Math.min(50 * 2 ** troubles, LONGEST_TROUBLE_MS), undefined, { signal: lost }).catch(
          () => undefined,
        );
      }
    }
  }

  private async follow(lost: AbortSignal, well: () => void): Promise<void> {
    const bell = doorbell((ring) => this.signals.onAppended(ring));
    try {
      const run = await this.begin();
      while (!lost.aborted) {
        const events = await run();
        well();
        const wait = await this.sealer.sealWhenDue();
        if (events > 0) await pause(events < MANY ? GATHER_MS : GATHER_MANY_MS);
        else await bell.wait(Math.min(LOOK_MS, wait), lost);
      }
    } finally {
      bell.close();
    }
  }

  /** Numbers batch after batch from where the log ends; each call does one and says how many events it had. */
  async begin(): Promise<() => Promise<number>> {
    const watermark = new Watermark();
    let { position, hash } = (await lastNumbered(this.db)) ?? { position: 0, hash: ORIGIN };
    await this.sealer.begin(position);
    return async () => {
      const { events, xmin, whole } = await readPending(this.db, watermark.wanted);
      const seqs = events.map(({ seq }) => seq);
      if (events.length === 0) {
        watermark.numbered(seqs, whole, xmin);
        return 0;
      }
      const rows = events.map((event) => {
        position += 1;
        hash = chained(hash, position, event);
        return { position, hash, id: event.id, seq: event.seq };
      });
      crashPoint('sequencer.read');
      const xid = await number(this.db, rows);
      crashPoint('sequencer.numbered');
      watermark.numbered(seqs, whole, xmin, xid);
      this.sealer.reached(position);
      this.signals.numbered(position);
      return events.length;
    };
  }
}
