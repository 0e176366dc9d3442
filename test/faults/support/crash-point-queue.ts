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
  private cards: string[] = [];
  private kills = 0;
  private readonly missing = new Map<string, number>();

  constructor(
    private readonly points: readonly string[],
    seed: number,
    private readonly wanted: number,
  ) {
    this.random = seededRandom(seed);
  }

  get isDone(): boolean {
    return this.kills >= this.wanted;
  }

  /** Takes the next point for which `mine` is true. The other points stay in the queue for other shops. */
  next(mine: (point: string) => boolean): string {
    if (!this.cards.some(mine)) this.cards.push(...this.shuffled().filter((point) => !this.cards.includes(point)));
    return this.cards.splice(this.cards.findIndex(mine), 1)[0];
  }

  countHit(): void {
    this.kills++;
  }

  /** The point was not passed. The first time, it is put at the end and tried again. */
  countMiss(point: string): void {
    this.missing.set(point, (this.missing.get(point) ?? 0) + 1);
    if (this.missing.get(point) === 1) this.cards.push(point);
  }

  get missed(): readonly string[] {
    return [...this.missing].filter(([, times]) => times > 1).map(([point]) => point);
  }

  private shuffled(): string[] {
    const cards = [...this.points];
    for (let last = cards.length - 1; last > 0; last--) {
      const at = Math.floor(this.random() * (last + 1));
      [cards[last], cards[at]] = [cards[at], cards[last]];
    }
    return cards;
  }
}
