/** A random generator with a seed, so that a run can be repeated (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The crash points in random order, round after round, until the wanted number of kills is reached. */
export class CrashPointQueue {
  readonly random: () => number;
  private queue: string[] = [];
  private kills = 0;
  private readonly misses = new Map<string, number>();

  constructor(
    private readonly points: readonly string[],
    seed: number,
    private readonly wantedKills: number,
  ) {
    this.random = seededRandom(seed);
  }

  get isDone(): boolean {
    return this.kills >= this.wantedKills;
  }

  /** Takes the next point for which `fits` is true. The other points stay in the queue for other shops. */
  next(fits: (point: string) => boolean): string {
    if (!this.queue.some(fits)) this.queue.push(...this.shuffled().filter((point) => !this.queue.includes(point)));
    return this.queue.splice(this.queue.findIndex(fits), 1)[0];
  }

  countHit(): void {
    this.kills++;
  }

  /** Counts that the point was not passed. After the first miss, the point is put at the end of the queue. */
  countMiss(point: string): void {
    this.misses.set(point, (this.misses.get(point) ?? 0) + 1);
    if (this.misses.get(point) === 1) this.queue.push(point);
  }

  get missed(): readonly string[] {
    return [...this.misses].filter(([, times]) => times > 1).map(([point]) => point);
  }

  private shuffled(): string[] {
    const queue = [...this.points];
    for (let last = queue.length - 1; last > 0; last--) {
      const at = Math.floor(this.random() * (last + 1));
      [queue[last], queue[at]] = [queue[at], queue[last]];
    }
    return queue;
  }
}
