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
 * A number that is missing in a read may belong to a transaction that is still open. That transaction had its
 * transaction id before a larger number was drawn and read. So its id is smaller than the id of the batch, which is
 * the transaction that numbered the larger one. When no transaction older than that batch is open (the read's snapshot
 * xmin has reached the batch's id), a number that is still missing will never come. (The xmax of a snapshot cannot
 * replace the batch's id, because a transaction above the last completed one may be open already.)
 *
 * A new leader does not know which transactions were open before. It reads from the bottom until its first batch is
 * old enough.
 */
export class Watermark {
  private above = 0;
  private isSettled = false;
  /** Before `settled`: numbers up to `through` were drawn before this transaction id. */
  private boundary?: { readonly through: number; readonly xid: bigint };
  private readonly missing = new Map<number, bigint>();

  get nextRead(): NextRead {
    return { above: this.above, missing: [...this.missing.keys()] };
  }

  /**
   * Reports a read that was numbered. `seqs` are in rising order. `isComplete`: the read returned every row above. `xmin`
   * is the xmin of its snapshot. `xid` is the transaction that numbered the rows (none for an empty read).
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

  // There are too many gaps to remember each one. The reads scan over them again until all of them are settled
  // together.
  private restart(through: number, xid: bigint): void {
    this.above = Math.min(this.above + 1, ...this.missing.keys()) - 1;
    this.missing.clear();
    this.isSettled = false;
    this.boundary = { through, xid };
  }
}
