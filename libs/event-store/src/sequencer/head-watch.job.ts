import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { Gauge, register } from 'prom-client';
import type { Uuid } from '#kernel';
import type { Leadership } from '#database/leadership';
import { readHeadsAfter, readHeads, type Head } from '../streams/heads.store';
import type { LogSignals } from './log-signals';
import { readNewestStreams } from './newest.store';
import type { StreamDatabase } from '../streams/stream-database';

const MINUTE = 60_000;
const PAGE = 2_000;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000' as Uuid;
const NAME = 'log_differing_heads';

const isHeadWrong = ({ head, last }: Head): boolean => head !== last;

/**
 * Compares the heads of streams with their last events, in the process that leads the sequencer. Every minute it checks
 * the streams of the newest events, and the next page of all streams. While a head differs from the last event, nothing
 * can be appended to the stream.
 */
@Injectable()
export class HeadWatch {
  private readonly log = new Logger('EventStore');
  private readonly wrongHeads = new Map<Uuid, Head>();
  private lastCompared = LOWEST_ID;

  constructor(
    private readonly db: StreamDatabase,
    private readonly leadership: Leadership,
    private readonly signals: LogSignals,
  ) {
    register.removeSingleMetric(NAME);
    const count = () => this.wrongHeads.size;
    new Gauge({
      name: NAME,
      help: 'Streams whose head is not the version of their last event, as far as this process has checked',
      collect() {
        this.set(count());
      },
    });
  }

  /** Known streams with a wrong head. */
  get ordersWithWrongHead(): readonly Uuid[] {
    return [...this.wrongHeads.keys()];
  }

  @Interval('order heads', MINUTE)
  @OneAtATime()
  async checkHeads(): Promise<void> {
    if (!this.leadership.leads(this.signals.sequencerTask)) return this.wrongHeads.clear();
    await this.db
      .outsideTransaction(async () => {
        const page = await readHeadsAfter(this.db, this.lastCompared, PAGE);
        this.lastCompared = page.length < PAGE ? LOWEST_ID : page.at(-1)!.orderId;
        const suspects = page.filter(isHeadWrong).map(({ orderId }) => orderId);
        this.report(
          await readHeads(this.db, [...this.wrongHeads.keys(), ...(await readNewestStreams(this.db)), ...suspects]),
        );
      })
      .catch((error: Error) =>
        this.log.warn(`the heads of streams could not be checked, and are checked again in a minute: ${error.message}`),
      );
  }

  private report(heads: readonly Head[]): void {
    for (const one of heads) {
      const { orderId, head, last } = one;
      if (!isHeadWrong(one)) this.wrongHeads.delete(orderId);
      else if (!this.wrongHeads.has(orderId))
        this.log.error(
          `the head of order ${orderId} is at version ${head}, but its last event has version ${last}. Nothing can ` +
            `be appended. Find out who changed it, then run: npm run shop -- orders mend-head ${orderId} --reason …`,
        );
      if (isHeadWrong(one)) this.wrongHeads.set(orderId, one);
    }
  }
}
