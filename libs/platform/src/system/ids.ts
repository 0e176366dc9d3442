import { randomFillSync } from 'node:crypto';
import { uuidFrom, type Uuid } from '#kernel';

/** Creates ids: version 7 UUIDs. Each new id is greater than the id before it. */
export abstract class Ids {
  abstract next(): Uuid;
}

const BYTES_PER_ID = 11;

/**
 * The ids of one process increase even within a millisecond: the 12 bits after the time are a counter. If the counter
 * overflows, the time in the id increases.
 */
export class SystemIds extends Ids {
  private last = 0;
  private readonly pool = Buffer.alloc(BYTES_PER_ID * 256); // random bytes for 256 ids, because each call of randomFillSync is slow
  private used = this.pool.length;

  next(): Uuid {
    if (this.used === this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    const random = this.pool.subarray(this.used, (this.used += BYTES_PER_ID));
    const now = Date.now() * 4096;
    this.last = now > this.last ? now + (random[10] >> 1) : this.last + 1;
    random.writeUInt16BE(this.last % 4096, 0);
    return uuidFrom(Math.floor(this.last / 4096), random);
  }
}

/** Ids that a test can predict. */
export class TestIds extends Ids {
  private count = 0;

  next(): Uuid {
    const bytes = Buffer.alloc(10);
    bytes.writeUInt32BE(++this.count, 6);
    return uuidFrom(Date.UTC(2026, 0, 5), bytes);
  }
}
