import { AsyncLocalStorage } from 'node:async_hooks';
import { derivedId, type Uuid } from '#kernel';
import type { Envelope } from '../messages/envelope';
import type { TimerChange } from '../timers/timer';

/** The inbox row that is being handled, and the instance that claimed it. Only that instance may mark it as done. */
export interface Claim {
  readonly seq: number;
  readonly messageId: string;
  readonly claimedBy: number;
}

/** The claim as the parameters of `inboxDone`. */
export const fence = ({ seq, messageId, claimedBy }: Claim): [number, string, number] => [seq, messageId, claimedBy];

/**
 * The handling of one inbox message. It collects the messages that are sent and the timers that are set. The last
 * statement writes them together with the mark that the message is done.
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

  /** The next id that is derived from this message and handler. A retry gets the same ids in the same order. */
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

  /** Takes out what was collected so far, for the statement that writes it. */
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

  /** Call this when a store's own statement has marked the message as done. Nothing may be left to write. */
  settled(): void {
    if (this.hasGathered) throw new Error(`${this.handler} left messages unwritten`);
    this.over = true;
  }

  get isSettled(): boolean {
    return this.over;
  }

  /** Call this when the time is up. Nothing of the unit is written any more, however long its handler continues. */
  expire(reason: Error): void {
    this.expired = reason;
  }

  /** An asynchronous handler calls this before it writes. Throws when the unit's time is up. */
  mustBeAlive(): void {
    if (this.expired) throw this.expired;
  }

  private mustBeOpen(): void {
    this.mustBeAlive();
    if (this.over) throw new Error(`${this.handler} sends after its message was marked done`);
  }
}

/**
 * Work that must not send messages. A read model is rebuilt many times, and each rebuild would send the same messages
 * again.
 */
class Hush {
  constructor(readonly who: string) {}
}

const ambient = new AsyncLocalStorage<Unit | Hush>();

/** The message that is being handled, if this code runs in a handler. */
export const currentUnit = (): Unit | undefined => {
  const here = ambient.getStore();
  return here instanceof Unit ? here : undefined;
};

export const inUnit = <T>(unit: Unit, work: () => T): T => ambient.run(unit, work);

/** Runs the work of `who` so that nothing in it can publish a message, not even code that it leaves running. */
export const hushed = <T>(who: string, work: () => T): T => ambient.run(new Hush(who), work);

/** Throws where no message may be sent. */
export function mayTell(what: string): void {
  const here = ambient.getStore();
  if (here instanceof Hush)
    throw new Error(`${here.who} is made from events and tells nobody: it tried to publish ${what}`);
}
