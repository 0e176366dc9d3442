import { AsyncLocalStorage } from 'node:async_hooks';
import { derivedId, type Uuid } from '#kernel';
import type { Envelope } from '../messages/envelope';
import type { TimerChange } from '../timers/timer';

/** The inbox row that is being handled, and the instance that claimed it. Only that instance may mark it as done. */
export interface Claim {
  readonly seq: number;
  readonly messageId: string;
  /** 0 if the row is leased to this process. */
  readonly claimedBy: number;
  /** The number of this process, if it differs from `claimedBy`. */
  readonly instance?: number;
}

/** The claim as parameters for `markDoneSql`. */
export const claimValues = ({ seq, messageId, claimedBy }: Claim): [number, string, number] => [
  seq,
  messageId,
  claimedBy,
];

/**
 * The handling of one inbox message. It collects the messages that the handler sends and the timers that it sets. The
 * last statement writes them, and marks the message as done.
 */
export class UnitOfWork {
  private messages: Envelope[] = [];
  private timers: TimerChange[] = [];
  private isOver = false;
  private expired?: Error;
  private derivedIds = 0;

  constructor(
    readonly context: string,
    readonly handler: string,
    readonly envelope: Envelope,
    readonly claimed: Claim,
    readonly attempts: number,
  ) {}

  /** The next id for a message that the handler sends. Ids are derived, so a retry gets the same ids in order. */
  nextId(): Uuid {
    return derivedId(this.envelope.id, this.handler, this.derivedIds++);
  }

  collectMessages(messages: readonly Envelope[]): void {
    this.throwIfClosed();
    this.messages.push(...messages);
  }

  collectTimers(changes: readonly TimerChange[]): void {
    this.throwIfClosed();
    this.timers.push(...changes);
  }

  get hasCollected(): boolean {
    return this.messages.length + this.timers.length > 0;
  }

  /** Removes and returns the collected messages and timers, for the statement that writes them. */
  takeCollected(): { messages: Envelope[]; timers: TimerChange[] } {
    const taken = { messages: this.messages, timers: this.timers };
    this.messages = [];
    this.timers = [];
    return taken;
  }

  /** The claim, for the statement that marks the message as done. */
  get claim(): [number, string, number] {
    this.throwIfExpired();
    return claimValues(this.claimed);
  }

  /** Call this when a statement has marked the message as done. Throws if collected messages were not written. */
  recordDone(): void {
    if (this.hasCollected) throw new Error(`${this.handler} collected messages that were not written`);
    this.isOver = true;
  }

  get isSettled(): boolean {
    return this.isOver;
  }

  /** Call this when the time limit has passed. After that, the unit refuses every write of its handler. */
  expire(reason: Error): void {
    this.expired = reason;
  }

  /** Call this before a statement that the unit's transaction does not contain. Throws if the time limit has passed. */
  throwIfExpired(): void {
    if (this.expired) throw this.expired;
  }

  private throwIfClosed(): void {
    this.throwIfExpired();
    if (this.isOver) throw new Error(`${this.handler} sent a message after its own message was marked as done`);
  }
}

/**
 * Marks work that must not send messages, such as a projection: each rebuild of a read model would send the same
 * messages again.
 */
class NoMessages {
  constructor(readonly who: string) {}
}

const currentWork = new AsyncLocalStorage<UnitOfWork | NoMessages>();

/** The handling of the current message, if this code runs in a handler. */
export const currentUnit = (): UnitOfWork | undefined => {
  const here = currentWork.getStore();
  return here instanceof UnitOfWork ? here : undefined;
};

export const inUnit = <T>(unit: UnitOfWork, work: () => T): T => currentWork.run(unit, work);

/** Runs work that cannot publish messages, not even after it has returned. `who` names the work in the error. */
export const withoutPublishing = <T>(who: string, work: () => T): T => currentWork.run(new NoMessages(who), work);

/** Throws if the current work must not send messages. */
export function checkMayPublish(what: string): void {
  const here = currentWork.getStore();
  if (here instanceof NoMessages)
    throw new Error(`${here.who} must not publish messages, but it tried to publish ${what}`);
}
