/** Gives a place back. A second call does nothing. */
export type GiveBack = () => void;

/** A counting semaphore: at most `ofOne` places for one key, and at most `ofAll` places in total. */
export class Places {
  private readonly taken = new Map<string, number>();
  private all = 0;

  constructor(
    private readonly ofOne: number,
    private readonly ofAll = Infinity,
  ) {}

  /** Takes a place; undefined if no place is left. Without a key, the place counts only for the total. */
  take(key?: string): GiveBack | undefined {
    const held = key === undefined ? 0 : (this.taken.get(key) ?? 0);
    if (this.all >= this.ofAll || (key !== undefined && held >= this.ofOne)) return undefined;
    this.all += 1;
    if (key !== undefined) this.taken.set(key, held + 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.giveBack(key);
      isTaken = false;
    };
  }

  private giveBack(key: string | undefined): void {
    this.all -= 1;
    if (key === undefined) return;
    const left = this.taken.get(key)! - 1;
    if (left > 0) this.taken.set(key, left);
    else this.taken.delete(key);
  }
}
