/** Claimed messages of one lane and key, in order. */
export interface MessageGroup<Row> {
  readonly lane: string;
  readonly rows: Row[];
}

interface Waiting {
  readonly group: MessageGroup<never>;
  readonly work: () => Promise<void>;
}

/** Handles groups in parallel. `limit` is the number of groups of a lane that are handled at once. */
export class Lanes {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly running = new Map<string, number>();
  private total = 0;
  private idlers: (() => void)[] = [];

  constructor(private readonly limit: (lane: string) => number) {}

  add<Row>(group: MessageGroup<Row>, work: () => Promise<void>): void {
    const queue = this.waiting.get(group.lane) ?? [];
    queue.push({ group: group as unknown as MessageGroup<never>, work });
    this.waiting.set(group.lane, queue);
    this.startNext(group.lane);
  }

  /** True if fewer groups wait in the lane than the lane may handle at once. Then the worker should claim more. */
  wantsMore(lane: string): boolean {
    return (this.waiting.get(lane)?.length ?? 0) < this.limit(lane);
  }

  /**
   * True if the lane has room for `more` groups. It has room for twice the number of groups that it may handle at once.
   */
  hasRoom(lane: string, more: number): boolean {
    return (this.waiting.get(lane)?.length ?? 0) + (this.running.get(lane) ?? 0) + more <= 2 * this.limit(lane);
  }

  /** The groups that run or wait. */
  get size(): number {
    return [...this.waiting.values()].reduce((sum, queue) => sum + queue.length, this.total);
  }

  /** Removes and returns the groups that have not started. */
  removeWaiting<Row>(): MessageGroup<Row>[] {
    const taken = [...this.waiting.values()].flatMap((queue) =>
      queue.map(({ group }) => group as unknown as MessageGroup<Row>),
    );
    this.waiting.clear();
    return taken;
  }

  waitUntilIdle(): Promise<void> {
    return this.total === 0 ? Promise.resolve() : new Promise((resolve) => this.idlers.push(resolve));
  }

  private startNext(lane: string): void {
    const queue = this.waiting.get(lane);
    while (queue?.length && (this.running.get(lane) ?? 0) < this.limit(lane)) {
      const { work } = queue.shift()!;
      this.running.set(lane, (this.running.get(lane) ?? 0) + 1);
      this.total++;
      void work().finally(() => {
        this.running.set(lane, this.running.get(lane)! - 1);
        this.total--;
        this.startNext(lane);
        if (this.total === 0) for (const idler of this.idlers.splice(0)) idler();
      });
    }
  }
}
