/**
 * The rows that the sequencer reads next: all rows above the number `above`, and lower numbers that were missing so
 * far.
 */
export interface NextRead {
  readonly above: number;
  readonly missing: readonly number[];
}

const MOST_MISSING = 2_000;

/**
 * The number up to which the pending table has been handled, so that a read does not scan the dead rows of earlier
 * batches.
 *
 * A number can be missing in a read because the transaction that drew it is still open. This transaction got its id
 * before a larger number was drawn. After the larger number was read, a new transaction (the batch) gave the event with
 * the larger number a position. So the open transaction has a smaller id than the batch. Later, the xmin of a read
 * reaches the id of the batch. Then no transaction older than the batch is open any more, and a number that is still
 * missing will never appear. (The xmax of a snapshot cannot be used instead of the id of the batch. The reason is that
 * a transaction with a higher id than the last completed transaction can already be open.)
 *
 * A new leader does not know which transactions were open before. So it always reads from the first row, until no
 * transaction is open that is older than its first batch.
 */
export class Watermark {
  private above = 0;
  private isSettled = false;
  /** While `isSettled` is false: all numbers up to `through` were drawn before the transaction `xid` began. */
  private boundary?: { readonly through: number; readonly xid: bigint };
  private readonly missing = new Map<number, bigint>();

  get nextRead(): NextRead {
    return { above: this.above, missing: [...this.missing.keys()] };
  }

  /**
   * Call it after each read, when the events of the read were numbered or put aside. `seqs` are in rising order.
   * `isComplete` says whether the read returned every row above `above`. `xmin` is the xmin of the read's snapshot.
   * `xid` is the transaction that numbered the events or put them aside; undefined for an empty read.
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

  // There are too many missing numbers to remember each of them. So this whole range of numbers is read again, until no
  // missing number can appear any more.
  private restart(through: number, xid: bigint): void {
    this.above = Math.min(this.above + 1, ...this.missing.keys()) - 1;
    this.missing.clear();
    this.isSettled = false;
    this.boundary = { through, xid };
  }
}
