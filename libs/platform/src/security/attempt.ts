import type { Turn } from './attempt-queues';

/** An attempt that may fail only a few times, such as a log-in. Its outcome is reported before the response is sent. */
export class Attempt {
  private isDropped = false;

  constructor(
    private readonly turn: Turn,
    private readonly storeFailure: () => Promise<void>,
    /** Stores the client's address as a known place of the account. Undefined if the place is known already. */
    private readonly rememberPlace: (() => Promise<void>) | undefined,
    /** The account and its address, if this is a known place of the account. */
    readonly knownPlace: string | undefined = undefined,
  ) {}

  /** In this process the failure counts at once, before it is stored. */
  async reportFailure(): Promise<void> {
    if (this.isDropped) return;
    this.turn.fail();
    await this.storeFailure();
  }

  async reportSuccess(): Promise<void> {
    if (this.isDropped) return;
    this.turn.release();
    await this.rememberPlace?.();
  }

  /** Neither success nor failure: nothing was tried, or the client has disconnected and does not get the outcome. */
  drop(): void {
    this.isDropped = true;
    this.turn.release();
  }
}
