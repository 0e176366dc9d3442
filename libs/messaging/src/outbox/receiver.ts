import type { ContextName } from '#platform/config';
import type { OutboxRow } from './outbox.store';
import { Signal } from '../signal';
import type { SubscribedTypes } from './subscription-cache';
import type { Transport } from './transport';

/** A receiver that needs more time than this counts as unavailable. Reading its subscriptions is included. */
const TIMEOUT_MS = 1_500;
/** Subscriptions that are older than this are read again. */
const FRESH_MS = 1_000;

const ALL_TYPES = { includes: () => true, readAt: Infinity };

/**
 * One relay's view of one receiver. A receiver gets messages directly until a delivery fails. After that, new messages
 * are stored as owed, until the receiver has got all owed messages in order.
 */
export class Receiver {
  /** Raised when new messages are stored as owed. */
  readonly owedAdded = new Signal();
  /**
   * `owedSoFar` counts the messages stored as owed since the relay began. `nothingOwedAt` is its value at the last read
   * that found no owed message.
   */
  private owedSoFar = 0;
  private nothingOwedAt?: number;

  constructor(
    readonly name: ContextName,
    private readonly from: ContextName,
    private readonly transport: Transport,
    private servedDirectly: boolean,
  ) {}

  get isDirect(): boolean {
    return this.servedDirectly;
  }

  /**
   * Selects the rows for the receiver by its cached subscriptions. Selects all rows if the cache has no fresh
   * subscriptions.
   */
  selectSubscribed(rows: readonly OutboxRow[]): { readonly rows: readonly OutboxRow[]; readonly readAt: number } {
    const { includes, readAt } = filterOf(this.freshSubscriptions());
    return { rows: rows.filter(({ type }) => includes(type)), readAt };
  }

  /** Delivers the rows that the receiver subscribed to. Returns the time when its subscriptions were read. */
  async deliver(rows: readonly OutboxRow[], notOlderThanMs = FRESH_MS): Promise<number> {
    const known = this.freshSubscriptions();
    if (known && notOlderThanMs >= FRESH_MS && !rows.some(({ type }) => known.types.has(type))) return known.readAt;
    return withTimeout(TIMEOUT_MS, `${this.name} did not answer`, async () => {
      const { types, readAt } = await this.transport.readSubscribed(this.name, notOlderThanMs);
      const wanted = rows.filter(({ type }) => types.has(type));
      if (wanted.length > 0) await this.transport.deliver(this.from, this.name, wanted);
      return readAt;
    });
  }

  /** Call this when a delivery failed. */
  setAway(): void {
    this.servedDirectly = false;
    this.nothingOwedAt = undefined;
  }

  /** Call this after `count` more messages were stored as owed. */
  addOwed(count: number): void {
    this.owedSoFar += count;
    if (count > 0) this.owedAdded.ring();
  }

  /** Read this before reading the owed messages, and pass it to `recordNothingOwed`. */
  get owedTotal(): number {
    return this.owedSoFar;
  }

  /**
   * Call this when a read found no owed message. `before` is the value of `owedTotal` before the read. True if no
   * message was stored as owed since then.
   */
  recordNothingOwed(before: number): boolean {
    this.nothingOwedAt = before;
    return before === this.owedSoFar;
  }

  /**
   * Returns to direct delivery if no message was stored as owed since the last read that found none. Call it when all
   * messages of the last delivery are marked or stored as owed.
   */
  returnToDirectIfPossible(): void {
    if (this.nothingOwedAt === this.owedSoFar) this.servedDirectly = true;
  }

  private freshSubscriptions(): SubscribedTypes | undefined {
    const known = this.transport.lastSubscribed(this.name);
    return known && performance.now() - known.readAt <= FRESH_MS ? known : undefined;
  }
}

const filterOf = (known?: SubscribedTypes) =>
  known ? { includes: (type: string) => known.types.has(type), readAt: known.readAt } : ALL_TYPES;

async function withTimeout<T>(milliseconds: number, reason: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${reason} for ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
