import type { InboxRow } from '../inbox/claims.store';

/** For this time, the rows that were handed over directly belong to this process. */
export const LEASE_MS = 2_000;
/** A run that begins later than this is dropped, because another process can claim its rows soon. */
const BEGIN_BEFORE_MS = LEASE_MS * 0.8;
/** A run that takes longer than this claims its rows, so that no other process handles them when the lease is over. */
const CLAIM_AFTER_MS = LEASE_MS * 0.5;

/** The owner of the rows of a run. A run is the handling of a group of messages. */
export interface Claimant {
  /** The number of the instance that claimed the rows, or 0 if they are leased. The rows have it in `claimed_by`. */
  readonly number: number;
  /** The number of this process. */
  readonly instance: number;
}

/** The lease of a run. Its time is counted from before the statement that wrote the rows, so it never ends too late. */
export class Lease implements Claimant {
  private claimedBy = 0;
  private timer?: NodeJS.Timeout;
  private claiming: Promise<void> = Promise.resolve();

  /** `since`: in milliseconds of `performance.now()`. */
  constructor(
    private readonly since: number,
    readonly instance: number,
  ) {}

  get number(): number {
    return this.claimedBy;
  }

  get isTooLate(): boolean {
    return performance.now() - this.since > BEGIN_BEFORE_MS;
  }

  /** Claims the rows with `claim` if the run takes long. `claim` returns the instance's number. */
  begin(claim: () => Promise<number>): void {
    const afterMs = Math.max(0, this.since + CLAIM_AFTER_MS - performance.now());
    this.timer = setTimeout(() => {
      this.claiming = claim().then(
        (number) => void (this.claimedBy = number),
        () => undefined, // then the lease ends, and another process can claim the rows
      );
    }, afterMs);
    this.timer.unref();
  }

  /** Resolves when no statement that claims the rows is running any more. */
  end(): Promise<void> {
    clearTimeout(this.timer);
    return this.claiming;
  }
}

/** Takes the rows that were handed over to this process. */
export interface DirectWorker {
  /** The number of groups of messages that are being handled here, or wait to be handled. */
  readonly groupsInWork: number;
  /** True if the lane has no backlog, and has room for `more` messages. */
  hasRoom(lane: string, more: number): boolean;
  /** `since`: when the lease began, in milliseconds of `performance.now()`. */
  take(rows: readonly InboxRow[], since: number): void;
}
