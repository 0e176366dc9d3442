import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { Gauge, register } from 'prom-client';
import type { Uuid } from '#kernel';
import type { Leadership } from '#database/leadership';
import { headsAfter, headsOf, type Head } from '../streams/heads.store';
import type { LogSignals } from './log-signals';
import { newestStreams } from './newest.store';
import type { StreamDatabase } from '../streams/stream-database';

const MINUTE = 60_000;
const PAGE = 2_000;
const FIRST = '00000000-0000-0000-0000-000000000000' as Uuid;
const NAME = 'log_differing_heads';

const isWrong = ({ head, last }: Head): boolean => head !== last;

/**
 * Compares the heads of streams with their last events, in the process that leads the sequencer. Every minute it
 * checks the streams of the newest events, and one more page of all streams. While head and last event differ, nothing
 * can be appended to the stream.
 */
@Injectable()
export class HeadWatch {
  private readonly log = new Logger('EventStore');
  private readonly wrong = new Map<Uuid, Head>();
  private at = FIRST;

  constructor(
    private readonly db: StreamDatabase,
    private readonly leadership: Leadership,
    private readonly signals: LogSignals,
  ) {
    register.removeSingleMetric(NAME);
    const count = () => this.wrong.size;
    new Gauge({
      name: NAME,
      help: 'Streams whose head is not the version of their last event, as far as this process has checked',
      collect() {
        this.set(count());
      },
    });
  }

  /** Known streams with a wrong head. */
  get orders(): readonly Uuid[] {
    return [...this.wrong.keys()];
  }

  @Interval('order heads', MINUTE)
  @OneAtATime()
  async look(): Promise<void> {
    if (!this.leadership.leads(this.signals.sequencer)) return this.wrong.clear();
    await this.db
      .outsideTransaction(async () => {
        const page = await headsAfter(this.db, this.at, PAGE);
        this.at = page.length < PAGE ? FIRST : page.at(-1)!.orderId;
        const suspects = page.filter(isWrong).map(({ orderId }) => orderId);
        this.report(await headsOf(this.db, [...this.wrong.keys(), ...(await newestStreams(this.db)), ...suspects]));
      })
      .catch((error: Error) => this.log.warn(`heads are checked again in the next round: ${error.message}`));
  }

  private report(looked: readonly Head[]): void {
    for (const one of looked) {
      const { orderId, head, last } = one;
      if (!isWrong(one)) this.wrong.delete(orderId);
      else if (!this.wrong.has(orderId))
        this.log.error(
          `the head of order ${orderId} is at version ${head}, but its last event has version ${last}. Nothing can ` +
            `be appended. Find out who changed it, then run: npm run shop -- orders mend-head ${orderId} --reason …`,
        );
      if (isWrong(one)) this.wrong.set(orderId, one);
    }
  }
}
