import type { Turn } from './turns';

/** Something that may fail only a few times. Its outcome is reported once, before the request is answered. */
export class Attempt {
  private gone = false;

  constructor(
    private readonly turn: Turn,
    private readonly count: () => Promise<void>,
    /** Notes where the attempt came from, if that is not known yet. */
    private readonly remember: (() => Promise<void>) | undefined,
  ) {}

  /** In this process the failure counts at once, before it is written. */
  async failed(): Promise<void> {
    if (this.gone) return;
    this.turn.failed();
    await this.count();
  }

  async succeeded(): Promise<void> {
    if (this.gone) return;
    this.turn.over();
    await this.remember?.();
  }

  /** Neither: nothing was tried, or the client closed the connection and does not learn the outcome. */
  over(): void {
    this.gone = true;
    this.turn.over();
  }
}
