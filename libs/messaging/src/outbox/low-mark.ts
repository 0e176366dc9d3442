import type { Database } from '#database';
import { Horizon } from './horizon';
import { countOutboxBelowMark } from '../inbox/metrics';
import { readUnsentBelow } from './outbox.store';

const UPDATE_MS = 1_000;
const CHECK_MS = 10_000;
/** Checks may take at most one hundredth of the time. */
const CHECK_SHARE = 100;

/**
 * Every message of an outbox up to this number is sent, so the relay reads only above it. While another transaction has
 * an old snapshot, vacuum cannot remove the index entries of sent messages. The mark lets the relay skip them.
 */
export class LowMark {
  value = 0;
  /** All messages up to this number are visible. So a message that a later read does not find has been sent. */
  private safe = 0;
  private highest = 0;
  /** The first updates run even if nothing was sent. They move the mark over messages that an earlier relay sent. */
  private firstUpdates = 3;
  private updatedAt = performance.now();
  private checkAt = performance.now() + CHECK_MS;
  private readonly horizon = new Horizon('outbox');

  constructor(private readonly db: Database) {}

  /**
   * Call this after a read of the messages above the mark. The read must begin after the last `updateSafe`. `first` is
   * the number of the first unsent message that it found, if any.
   */
  recordRead(first: number | undefined, last: number | undefined): void {
    this.value = Math.max(this.value, first === undefined ? this.safe : Math.min(first - 1, this.safe));
    this.highest = Math.max(this.highest, last ?? 0);
  }

  /** Updates the safe number, at most once a second. Does nothing while there are no new messages. */
  async updateSafe(): Promise<void> {
    const now = performance.now();
    if (now >= this.checkAt) await this.findUnsentBelowMark();
    if (now - this.updatedAt < UPDATE_MS || (this.safe >= this.highest && this.firstUpdates === 0)) return;
    this.updatedAt = now;
    this.firstUpdates = Math.max(0, this.firstUpdates - 1);
    this.safe = await this.horizon.update(this.db);
  }

  /** Finds an unsent message below the mark. Such a message is a bug: it is counted, and the mark is set below it. */
  private async findUnsentBelowMark(): Promise<void> {
    const startedAt = performance.now();
    const found = this.value > 0 ? await readUnsentBelow(this.db, this.value) : undefined;
    if (found !== undefined) {
      countOutboxBelowMark(this.db.context);
      this.value = found - 1;
      this.safe = this.value;
      this.horizon.reset();
    }
    const now = performance.now();
    this.checkAt = now + Math.max(CHECK_MS, CHECK_SHARE * (now - startedAt));
  }
}
