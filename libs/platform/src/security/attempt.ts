import type { Turn } from './turns';

/** An attempt that may fail only a few times, such as a log-in. Its outcome is reported before the answer. */
export class Attempt {
  private isDropped = false;

  constructor(
    private readonly turn: Turn,
    private readonly count: () => Promise<void>,
    /** Stores the place of the attempt as a known one, if it is new. */
    private readonly remember: (() => Promise<void>) | undefined,
  ) {}

  /** In this process the failure counts at once, before it is stored. */
  async failed(): Promise<void> {
    if (this.isDropped) return;
    this.turn.failed();
    await this.count();
  }

  async succeeded(): Promise<void> {
    if (this.isDropped) return;
    this.turn.over();
    await this.remember?.();
  }

  /** Neither failed nor succeeded: nothing was tried, or the client has disconnected and does not learn the outcome. */
  over(): void {
    this.isDropped = true;
    this.turn.over();
  }
}
