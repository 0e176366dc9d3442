import type { Database } from '#database';
import type { Outbox } from '../outbox/outbox';
import type { Timer, TimerChange } from './timer';
import { cancelTimers, setTimers } from './timers.store';

/** Messages that a context sends to itself later. The open transaction or the running handler sets and cancels them. */
export abstract class Timers {
  abstract set(...timers: readonly Timer[]): Promise<void>;
  abstract cancel(...timers: readonly Pick<Timer, 'name' | 'key'>[]): Promise<void>;
}

export class StoredTimers extends Timers {
  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async set(...timers: readonly Timer[]): Promise<void> {
    const envelopes = this.outbox.envelopes(timers.map(({ message }) => message));
    await this.applyChanges(
      timers.map(({ name, key, afterSeconds }, index) => ({ name, key, afterSeconds, envelope: envelopes[index] })),
    );
  }

  async cancel(...timers: readonly Pick<Timer, 'name' | 'key'>[]): Promise<void> {
    await this.applyChanges(timers.map(({ name, key }) => ({ name, key, afterSeconds: null })));
  }

  private async applyChanges(changes: readonly TimerChange[]): Promise<void> {
    const unit = this.outbox.unit();
    if (unit) return unit.collectTimers(changes);
    if (!this.db.inTransaction()) throw new Error(`a timer was set outside a transaction of ${this.db.context}`);
    await setTimers(this.db, changes);
    await cancelTimers(this.db, changes);
    this.db.afterCommit(() => this.outbox.wakeTimers(changes));
  }
}
