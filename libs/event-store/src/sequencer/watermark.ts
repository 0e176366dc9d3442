/** The rows that the sequencer reads next: those above a sequence number, and those that were missing below it. */
export interface NextRead {
  readonly above: number;
  readonly missing: readonly number[];
}

const MOST_MISSING = 2_000;

/**
 * The number up to which the pending table has been handled, so that a read does not scan the dead rows of earlier
 * batches.
 *
 * A number that is missing in a read may belong to a transaction that is still open. That transaction got its id before
 * a larger number was drawn. The larger number was read, and a later transaction gave its event a position (the batch).
 * So the open transaction has a smaller id than the batch. When no transaction older than the batch is open any more
 * (the xmin of a read has reached the id of the batch), a number that is still missing will never appear. (The xmax of
 * a snapshot cannot replace the id of the batch, because a transaction above the last completed one may be open
 * already.)
 *
 * A new leader does not know which transactions were open before. It reads from the first row until no transaction is
 * open that is older than its first batch.
 */
export class Watermark {
  private above = 0;
  private isSettled = false;
  /** While `isSettled` is false: all numbers up to `through` were drawn before this transaction id. */
  private boundary?: { readonly through: number; readonly xid: bigint };
  private readonly missing = new Map<number, bigint>();

  get nextRead(): NextRead {
    return { above: this.above, missing: [...this.missing.keys()] };
  }

  /**
   * Reports a read whose events were numbered. `seqs` are in rising order. `isComplete`: the read returned every row
   * above. `xmin` is the xmin of its snapshot. `xid` is the transaction that numbered the rows; undefined for an empty
   * read.
   */
  recordRead(seqs: readonly number[], isComplete: boolean, xmin: bigint, xid?: bigint): void {
    if (this.isSettled) this.advance(seqs, xmin, xid);
    else this.trySettle(seqs, isComplete, xmin, xid);
  }

  private trySettle(seqs: readonly number[], isComplete: boolean, xmin: bigint, xid?: bigint): void {
    const last = seqs.at(-1);
    if (this.boundary && xmin >= this.boundary.xid && (isComplete || last! >= this.boundary.through)) {
      this.above = this.boundary.through;
      this.isSettled = true;
      this.boundary = undefined;
      this.advance(
        seqs.filter((seq) => seq > this.above),
        xmin,
        xid,
      );
    } else if (!this.boundary && last !== undefined) this.boundary = { through: last, xid: xid! };
  }

  private advance(seqs: readonly number[], xmin: bigint, xid?: bigint): void {
    for (const seq of seqs) this.missing.delete(seq);
    for (const [seq, since] of this.missing) if (xmin >= since) this.missing.delete(seq);
    const last = seqs.at(-1);
    if (last === undefined || last <= this.above) return;
    const seen = new Set(seqs);
    if (last - this.above - seen.size > MOST_MISSING - this.missing.size) return this.restart(last, xid!);
    for (let seq = this.above + 1; seq < last; seq++) if (!seen.has(seq)) this.missing.set(seq, xid!);
    this.above = last;
  }

  // There are too many gaps to remember each one. So all these numbers are read again until the gaps are settled
  // together.
  private restart(through: number, xid: bigint): void {
    this.above = Math.min(this.above + 1, ...this.missing.keys()) - 1;
    this.missing.clear();
    this.isSettled = false;
    this.boundary = { through, xid };
  }
}
