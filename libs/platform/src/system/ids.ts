import { randomFillSync } from 'node:crypto';
import { uuidFrom, type Uuid } from '#kernel';

/** New ids: version 7 UUIDs, each later than the one before. */
export abstract class Ids {
  abstract next(): Uuid;
}

const NEEDED = 11;

/** Ids of one process rise even within a millisecond: the 12 bits after the time count, and overflow into it. */
export class SystemIds extends Ids {
  private last = 0;
  private readonly dice = Buffer.alloc(NEEDED * 256); // drawn together, because single draws cost more than all the rest
  private thrown = this.dice.length;

  next(): Uuid {
    if (this.thrown === this.dice.length) {
      randomFillSync(this.dice);
      this.thrown = 0;
    }
    const random = this.dice.subarray(this.thrown, (this.thrown += NEEDED));
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
