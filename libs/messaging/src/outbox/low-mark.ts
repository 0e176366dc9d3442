import type { Database } from '#database';
import { Horizon } from './horizon';
import { foundBelowMark } from '../inbox/metrics';
import { unsentBelow } from './outbox.store';

const LOOK_MS = 1_000;
const CHECK_MS = 10_000;
/** Checks may use one hundredth of the time. */
const CHECK_SHARE = 100;

/**
 * The number below which every message of an outbox is sent. The relay reads from there. It stays fast while another
 * transaction has an old snapshot, although vacuum cannot remove the index entries of sent messages then.
 */
export class LowMark {
  value = 0;
  /** All messages up to this number are visible. If a later read does not find one of them, it is sent. */
  private safe = 0;
  private highest = 0;
  /** After the first looks, the mark also covers what was sent before this relay began. */
  private firstLooks = 3;
  private lookedAt = performance.now();
  private checkAt = performance.now() + CHECK_MS;
  private readonly horizon = new Horizon('outbox');

  constructor(private readonly db: Database) {}

  /**
   * Call this after a read above the mark that began after the last `look`. `first` is the first unsent message that it
   * found, if any.
   */
  read(first: number | undefined, last: number | undefined): void {
    this.value = Math.max(this.value, first === undefined ? this.safe : Math.min(first - 1, this.safe));
    this.highest = Math.max(this.highest, last ?? 0);
  }

  /** It does nothing more often than once a second, and nothing while no message was sent. */
  async look(): Promise<void> {
    const now = performance.now();
    if (now >= this.checkAt) await this.check();
    if (now - this.lookedAt < LOOK_MS || (this.safe >= this.highest && this.firstLooks === 0)) return;
    this.lookedAt = now;
    this.firstLooks = Math.max(0, this.firstLooks - 1);
    this.safe = await this.horizon.look(this.db);
  }

  /** There should be no unsent message below the mark. If there is one, it is counted, and it is sent. */
  private async check(): Promise<void> {
    const begun = performance.now();
    const found = this.value > 0 ? await unsentBelow(this.db, this.value) : undefined;
    if (found !== undefined) {
      foundBelowMark(this.db.context);
      this.value = found - 1;
      this.safe = this.value;
      this.horizon.forget();
    }
    const now = performance.now();
    this.checkAt = now + Math.max(CHECK_MS, CHECK_SHARE * (now - begun));
  }
}
