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

/** The claim as parameters for `inboxDone`. */
export const fence = ({ seq, messageId, claimedBy }: Claim): [number, string, number] => [seq, messageId, claimedBy];

/**
 * The handling of one inbox message. It collects the messages that the handler sends and the timers that it sets. The
 * last statement writes them, and marks the message as done.
 */
export class Unit {
  private messages: Envelope[] = [];
  private timers: TimerChange[] = [];
  private over = false;
  private expired?: Error;
  private derived = 0;

  constructor(
    readonly context: string,
    readonly handler: string,
    readonly envelope: Envelope,
    readonly claimed: Claim,
    readonly attempts: number,
  ) {}

  /** The next id for a message that the handler sends. Ids are derived, so that a retry gets the same ones in order. */
  nextId(): Uuid {
    return derivedId(this.envelope.id, this.handler, this.derived++);
  }

  send(messages: readonly Envelope[]): void {
    this.mustBeOpen();
    this.messages.push(...messages);
  }

  time(changes: readonly TimerChange[]): void {
    this.mustBeOpen();
    this.timers.push(...changes);
  }

  get hasGathered(): boolean {
    return this.messages.length + this.timers.length > 0;
  }

  /** Removes and returns the collected messages and timers, for the statement that writes them. */
  take(): { messages: Envelope[]; timers: TimerChange[] } {
    const taken = { messages: this.messages, timers: this.timers };
    this.messages = [];
    this.timers = [];
    return taken;
  }

  /** The claim, for the statement that marks the message as done. */
  get claim(): [number, string, number] {
    this.mustBeAlive();
    return fence(this.claimed);
  }

  /** Call this when a statement has marked the message as done. Throws if collected messages were not written. */
  settled(): void {
    if (this.hasGathered) throw new Error(`${this.handler} left messages unwritten`);
    this.over = true;
  }

  get isSettled(): boolean {
    return this.over;
  }

  /** Call this when the time limit has passed. After that, the unit refuses every write of its handler. */
  expire(reason: Error): void {
    this.expired = reason;
  }

  /** Call this before a statement that the unit's transaction does not contain. Throws if the time limit has passed. */
  mustBeAlive(): void {
    if (this.expired) throw this.expired;
  }

  private mustBeOpen(): void {
    this.mustBeAlive();
    if (this.over) throw new Error(`${this.handler} sends after its message was marked done`);
  }
}

/**
 * Marks work that must not send messages, such as a projection: each rebuild of a read model would send the same
 * messages again.
 */
class Hush {
  constructor(readonly who: string) {}
}

const ambient = new AsyncLocalStorage<Unit | Hush>();

/** The handling of the current message, if this code runs in a handler. */
export const currentUnit = (): Unit | undefined => {
  const here = ambient.getStore();
  return here instanceof Unit ? here : undefined;
};

export const inUnit = <T>(unit: Unit, work: () => T): T => ambient.run(unit, work);

/** Runs the work of `who`. No code of it can publish a message, not even code that continues after it has returned. */
export const hushed = <T>(who: string, work: () => T): T => ambient.run(new Hush(who), work);

/** Throws if the current work must not send messages. */
export function mayTell(what: string): void {
  const here = ambient.getStore();
  if (here instanceof Hush)
    throw new Error(`${here.who} is made from events and tells nobody: it tried to publish ${what}`);
}
