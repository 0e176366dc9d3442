/** What the sequencer asks for next: rows above a sequence number, and rows that were missing below it. */
export interface Wanted {
  readonly above: number;
  readonly missing: readonly number[];
}

const MOST_MISSING = 2_000;

/**
 * How far the pending table has been worked off, so that a read does not walk over the dead rows of earlier ones.
 *
 * A number missing from a read may belong to a transaction that is still open. Whoever drew it had its transaction id
 * before a larger number was drawn and read, so before the batch that numbered the larger one got its own id: once no
 * transaction older than that batch is open (the read's snapshot xmin has reached its id), what is still missing never comes.
 * (The xmax of a snapshot would not do for that id: a transaction above the last one completed may be open already.)
 *
 * A new leader does not know what its predecessors left open: it starts from the bottom until its first batch is that old.
 */
export class Watermark {
  private above = 0;
  private settled = false;
  /** While not settled: numbers up to here were drawn before this transaction id. */
  private mark?: { readonly through: number; readonly xid: bigint };
  private readonly missing = new Map<number, bigint>();

  get wanted(): Wanted {
    return { above: this.above, missing: [...this.missing.keys()] };
  }

  /**
   * A read was numbered: `seqs` in rising order; `whole` if it returned all there was above; `xmin` of its snapshot;
   * `xid` of the transaction that numbered it (none for an empty read).
   */
  numbered(seqs: readonly number[], whole: boolean, xmin: bigint, xid?: bigint): void {
    if (this.settled) this.follow(seqs, xmin, xid);
    else this.settle(seqs, whole, xmin, xid);
  }

  private settle(seqs: readonly number[], whole: boolean, xmin: bigint, xid?: bigint): void {
    const last = seqs.at(-1);
    if (this.mark && xmin >= this.mark.xid && (whole || last! >= this.mark.through)) {
      this.above = this.mark.through;
      this.settled = true;
      this.mark = undefined;
      this.follow(
        seqs.filter((seq) => seq > this.above),
        xmin,
        xid,
      );
    } else if (!this.mark && last !== undefined) this.mark = { through: last, xid: xid! };
  }

  private follow(seqs: readonly number[], xmin: bigint, xid?: bigint): void {
    for (const seq of seqs) this.missing.delete(seq);
    for (const [seq, since] of this.missing) if (xmin >= since) this.missing.delete(seq);
    const last = seqs.at(-1);
    if (last === undefined || last <= this.above) return;
    const seen = new Set(seqs);
    if (last - this.above - seen.size > MOST_MISSING - this.missing.size) return this.restart(last, xid!);
    for (let seq = this.above + 1; seq < last; seq++) if (!seen.has(seq)) this.missing.set(seq, xid!);
    this.above = last;
  }

  // Too many holes to remember one by one: walk over them until they are settled together.
  private restart(through: number, xid: bigint): void {
    this.above = Math.min(this.above + 1, ...this.missing.keys()) - 1;
    this.missing.clear();
    this.settled = false;
    this.mark = { through, xid };
  }
}
