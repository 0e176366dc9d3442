const MOST = 64;

interface Asked<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects items while a statement runs, and writes them together in the next one. Items are independent. If they
 * cannot be written together, each one is written alone, so that only the wrong one fails.
 */
export class Gathering<Item, Answer> {
  private waiting: Asked<Item, Answer>[] = [];
  private busy = false;

  /** `write` returns one answer for each item, in the same order. It writes all items or none. */
  constructor(private readonly write: (items: readonly Item[]) => Promise<readonly Answer[]>) {}

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.busy) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.busy = true;
    await new Promise(setImmediate); // lets items that were claimed together arrive
    while (this.waiting.length > 0) await this.together(this.waiting.splice(0, MOST));
    this.busy = false;
  }

  private async together(asked: readonly Asked<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.write(asked.map(({ item }) => item));
      asked.forEach(({ resolve }, index) => resolve(answers[index]));
    } catch (error) {
      if (asked.length === 1) asked[0].reject(error);
      else for (const one of asked) await this.together([one]);
    }
  }
}
