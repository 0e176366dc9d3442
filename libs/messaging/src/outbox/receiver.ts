import type { ContextName } from '#platform/config';
import type { OutboxRow } from './outbox.store';
import { Signal } from '../signal';
import type { Subscribed } from './subscription-cache';
import type { Transport } from './transport';

/** A receiver that needs more time than this counts as unavailable. Reading its subscriptions is included. */
const TIMEOUT_MS = 1_500;
/** Subscriptions that were read longer ago are read again. */
const FRESH_MS = 1_000;

const EVERYTHING = { includes: () => true, readAt: Infinity };

/**
 * One relay's view of one receiver. A receiver gets messages directly until a delivery fails. After that, new messages
 * are stored as owed, until the receiver has got all owed messages in order.
 */
export class Receiver {
  /** Raised when new messages are stored as owed. */
  readonly owing = new Signal();
  /**
   * `written` counts the messages stored as owed since the relay began. `paidUpTo` is the value of `written` at the
   * last read that found no owed message.
   */
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

  /** Selects the rows for the receiver by its cached subscriptions. All rows if there are none in the cache. */
  heardOf(rows: readonly OutboxRow[]): { readonly rows: readonly OutboxRow[]; readonly readAt: number } {
    const { includes, readAt } = heard(this.recent());
    return { rows: rows.filter(({ type }) => includes(type)), readAt };
  }

  /** Delivers the rows that the receiver subscribed to. Returns the time when its subscriptions were read. */
  async deliver(rows: readonly OutboxRow[], notOlderThanMs = FRESH_MS): Promise<number> {
    const known = this.recent();
    if (known && notOlderThanMs >= FRESH_MS && !rows.some(({ type }) => known.types.has(type))) return known.readAt;
    return withTimeout(TIMEOUT_MS, `${this.name} did not answer`, async () => {
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

  /** Call this after `count` more messages were stored as owed. */
  wrote(count: number): void {
    this.written += count;
    if (count > 0) this.owing.ring();
  }

  /** Read this before reading the owed messages, and pass it to `paid`. */
  get mark(): number {
    return this.written;
  }

  /** Call this when a read that began at this mark found no owed message. True if none was stored since then. */
  paid(mark: number): boolean {
    this.paidUpTo = mark;
    return mark === this.written;
  }

  /**
   * Returns to direct delivery if no message was stored as owed since the last read that found none. Call it when all
   * messages of the last delivery are marked or stored as owed.
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

async function withTimeout<T>(milliseconds: number, otherwise: string, work: () => Promise<T>): Promise<T> {
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
