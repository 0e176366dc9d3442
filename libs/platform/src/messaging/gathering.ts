const MOST = 64;

interface Asked<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts what comes while a statement is under way into the next one. Items are independent of each other: when they
 * cannot be written together, each is written by itself, so that only the one that is wrong fails.
 */
export class Gathering<Item, Answer> {
  private waiting: Asked<Item, Answer>[] = [];
  private busy = false;

  /** One answer for each item, in the items' order; all or nothing. */
  constructor(private readonly write: (items: readonly Item[]) => Promise<readonly Answer[]>) {}

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.busy) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.busy = true;
    await new Promise(setImmediate); // what was claimed together comes together
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
