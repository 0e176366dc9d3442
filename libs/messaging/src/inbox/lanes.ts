/** Claimed messages of one lane and key, in order. */
export interface Run<Row> {
  readonly lane: string;
  readonly rows: Row[];
}

interface Waiting {
  readonly run: Run<never>;
  readonly work: () => Promise<void>;
}

/** Handles runs in parallel. `limit` is the number of runs of a lane that are handled at once. */
export class Lanes {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly running = new Map<string, number>();
  private total = 0;
  private idlers: (() => void)[] = [];

  constructor(private readonly limit: (lane: string) => number) {}

  add<Row>(run: Run<Row>, work: () => Promise<void>): void {
    const queue = this.waiting.get(run.lane) ?? [];
    queue.push({ run: run as unknown as Run<never>, work });
    this.waiting.set(run.lane, queue);
    this.next(run.lane);
  }

  /** True if fewer runs wait in the lane than it may handle at once. Then more messages should be claimed for it. */
  isShort(lane: string): boolean {
    return (this.waiting.get(lane)?.length ?? 0) < this.limit(lane);
  }

  /** True if the lane has fewer runs, waiting and in work, than twice the number that it may handle at once. */
  hasRoom(lane: string): boolean {
    return (this.waiting.get(lane)?.length ?? 0) + (this.running.get(lane) ?? 0) < 2 * this.limit(lane);
  }

  /** Removes and returns the runs that have not started. */
  clear<Row>(): Run<Row>[] {
    const taken = [...this.waiting.values()].flatMap((queue) => queue.map(({ run }) => run as unknown as Run<Row>));
    this.waiting.clear();
    return taken;
  }

  idle(): Promise<void> {
    return this.total === 0 ? Promise.resolve() : new Promise((resolve) => this.idlers.push(resolve));
  }

  private next(lane: string): void {
    const queue = this.waiting.get(lane);
    while (queue?.length && (this.running.get(lane) ?? 0) < this.limit(lane)) {
      const { work } = queue.shift()!;
      this.running.set(lane, (this.running.get(lane) ?? 0) + 1);
      this.total++;
      void work().finally(() => {
        this.running.set(lane, this.running.get(lane)! - 1);
        this.total--;
        this.next(lane);
        if (this.total === 0) for (const idler of this.idlers.splice(0)) idler();
      });
    }
  }
}
