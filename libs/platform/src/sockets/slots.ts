/** Releases a slot. A second call does nothing. */
export type ReleaseSlot = () => void;

/** A counting semaphore: at most `mostPerKey` slots for one key, and at most `mostInAll` slots in total. */
export class Slots {
  private readonly taken = new Map<string, number>();
  private total = 0;

  constructor(
    private readonly mostPerKey: number,
    private readonly mostInAll = Infinity,
  ) {}

  /** Takes a slot. Returns undefined if no slot is free. Without a key, the slot counts only for the total. */
  take(key?: string): ReleaseSlot | undefined {
    const held = key === undefined ? 0 : (this.taken.get(key) ?? 0);
    if (this.total >= this.mostInAll || (key !== undefined && held >= this.mostPerKey)) return undefined;
    this.total += 1;
    if (key !== undefined) this.taken.set(key, held + 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.release(key);
      isTaken = false;
    };
  }

  private release(key: string | undefined): void {
    this.total -= 1;
    if (key === undefined) return;
    const left = this.taken.get(key)! - 1;
    if (left > 0) this.taken.set(key, left);
    else this.taken.delete(key);
  }
}
