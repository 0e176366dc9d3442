import type { Turn } from './attempt-queues';

/**
 * An attempt to log in or to confirm a password. Only a few failed attempts are allowed. The outcome is reported before
 * the response is sent.
 */
export class Attempt {
  private isDropped = false;

  constructor(
    private readonly turn: Turn,
    private readonly storeFailure: () => Promise<void>,
    /** Stores the client's address as a known place of the account. Undefined if the place is known already. */
    private readonly rememberPlace: (() => Promise<void>) | undefined,
    /** A hash of the account and the client's address, if the client is at a known place of the account. */
    readonly knownPlace: string | undefined = undefined,
  ) {}

  /** In this process the failure counts at once, even before it is stored. */
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

  /**
   * The attempt ends without an outcome: no password was checked, or the client has disconnected and does not get the
   * outcome.
   */
  drop(): void {
    this.isDropped = true;
    this.turn.release();
  }
}
