/** A small generator with a seed, so that a run can be had again (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The crash points in a shuffled order, round after round, until so many have struck. */
export class Deck {
  readonly roll: () => number;
  private cards: string[] = [];
  private struck = 0;
  private readonly missing = new Map<string, number>();

  constructor(
    private readonly points: readonly string[],
    seed: number,
    private readonly wanted: number,
  ) {
    this.roll = dice(seed);
  }

  get isDone(): boolean {
    return this.struck >= this.wanted;
  }

  /** The next point that is for this table; the others are left for the other tables. */
  draw(mine: (point: string) => boolean): string {
    if (!this.cards.some(mine)) this.cards.push(...this.shuffled().filter((point) => !this.cards.includes(point)));
    return this.cards.splice(this.cards.findIndex(mine), 1)[0];
  }

  hit(): void {
    this.struck++;
  }

  /** Nobody came by: it is tried again at the end. */
  miss(point: string): void {
    this.missing.set(point, (this.missing.get(point) ?? 0) + 1);
    if (this.missing.get(point) === 1) this.cards.push(point);
  }

  get missed(): readonly string[] {
    return [...this.missing].filter(([, times]) => times > 1).map(([point]) => point);
  }

  private shuffled(): string[] {
    const cards = [...this.points];
    for (let last = cards.length - 1; last > 0; last--) {
      const at = Math.floor(this.roll() * (last + 1));
      [cards[last], cards[at]] = [cards[at], cards[last]];
    }
    return cards;
  }
}
