import type { ContextName } from '#platform/config';
import type { OutboxRow } from './outbox.store';
import { Signal } from '../signal';
import type { Subscribed } from './subscription-cache';
import type { Transport } from './transport';

/** A receiver that takes longer than this counts as unavailable. The question for its subscriptions is included. */
const PATIENCE_MS = 1_500;
/** A list of subscriptions that is older than this is read again. */
const FRESH_MS = 1_000;

const EVERYTHING = { includes: () => true, readAt: Infinity };

/**
 * What one relay knows of one receiver. A receiver gets messages directly while it accepts all of them. After a
 * failure, new messages are stored as owed, in order, until it has got all of those.
 */
export class Receiver {
  /** Rings when something new is owed. */
  readonly owing = new Signal();
  /** `written` counts the owed messages since the relay began. `paidUpTo` is that count at the last read that found none. */
  private written = 0;
  private paidUpTo?: number;

  constructor(
    readonly name: ContextName,
    private readonly from: ContextName,
    private readonly transport: Transport,
    private direct: boolean,
  ) {}

  get isDirect(): boolean {
    return this.direct;
  }

  /** Which of these rows the receiver should get, without asking it. All of them if its subscriptions are unknown. */
  heardOf(rows: readonly OutboxRow[]): { readonly rows: readonly OutboxRow[]; readonly readAt: number } {
    const { includes, readAt } = heard(this.recent());
    return { rows: rows.filter(({ type }) => includes(type)), readAt };
  }

  /** Delivers the rows that the receiver subscribed to. Resolves with the time when its subscriptions were read. */
  async deliver(rows: readonly OutboxRow[], notOlderThanMs = FRESH_MS): Promise<number> {
    const known = this.recent();
    if (known && notOlderThanMs >= FRESH_MS && !rows.some(({ type }) => known.types.has(type))) return known.readAt;
    return within(PATIENCE_MS, `${this.name} did not answer`, async () => {
      const { types, readAt } = await this.transport.subscribed(this.name, notOlderThanMs);
      const theirs = rows.filter(({ type }) => types.has(type));
      if (theirs.length > 0) await this.transport.deliver(this.from, this.name, theirs);
      return readAt;
    });
  }

  goneAway(): void {
    this.direct = false;
    this.paidUpTo = undefined;
  }

  /** Call this when this many more messages are stored as owed. */
  wrote(count: number): void {
    this.written += count;
    if (count > 0) this.owing.ring();
  }

  /** Take this value before reading what is owed, and pass it to `paid`. */
  get mark(): number {
    return this.written;
  }

  /** Call this when a read that began at this mark found that nothing is owed. True if that is still so. */
  paid(mark: number): boolean {
    this.paidUpTo = mark;
    return mark === this.written;
  }

  /**
   * Returns to direct delivery if nothing was stored as owed since the last read that found nothing. Call it when all
   * owed messages are stored.
   */
  rejoin(): void {
    if (this.paidUpTo === this.written) this.direct = true;
  }

  private recent(): Subscribed | undefined {
    const known = this.transport.remembered(this.name);
    return known && performance.now() - known.readAt <= FRESH_MS ? known : undefined;
  }
}

const heard = (known?: Subscribed) =>
  known ? { includes: (type: string) => known.types.has(type), readAt: known.readAt } : EVERYTHING;

async function within<T>(milliseconds: number, otherwise: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise} for ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
