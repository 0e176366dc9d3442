const MAX_ITEMS = 64;

interface Pending<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects items while a statement runs, and writes them together with the next statement. Items must be independent.
 * If writing them together fails, each one is written alone, so that only the faulty one fails.
 */
export class Batcher<Item, Answer> {
  private queued: Pending<Item, Answer>[] = [];
  private isBusy = false;

  /** `write` returns one answer for each item, in the same order. It writes all items or none. */
  constructor(private readonly write: (items: readonly Item[]) => Promise<readonly Answer[]>) {}

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.queued.push({ item, resolve, reject });
      if (!this.isBusy) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isBusy = true;
    await new Promise(setImmediate); // waits for other items of the same claim, so that they share one statement
    while (this.queued.length > 0) await this.writeTogether(this.queued.splice(0, MAX_ITEMS));
    this.isBusy = false;
  }

  private async writeTogether(pending: readonly Pending<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.write(pending.map(({ item }) => item));
      pending.forEach(({ resolve }, index) => resolve(answers[index]));
    } catch (error) {
      if (pending.length === 1) pending[0].reject(error);
      else for (const one of pending) await this.writeTogether([one]);
    }
  }
}
