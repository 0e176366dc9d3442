import { AsyncLocalStorage } from 'node:async_hooks';
import { derivedId, type Uuid } from '#kernel';
import type { Envelope } from './envelope';
import type { TimerChange } from './timer';

/** The inbox row that is being worked on, and who claimed it: the fence that lets one worker count it. */
export interface Claim {
  readonly seq: number;
  readonly claimedBy: number;
}

/**
 * The handling of one inbox message. What is sent and which timers are set is gathered here, and written by the
 * unit's last statement together with the mark that the message is done.
 */
export class Unit {
  private messages: Envelope[] = [];
  private timers: TimerChange[] = [];
  private over = false;
  private derived = 0;

  constructor(
    readonly context: string,
    readonly handler: string,
    readonly envelope: Envelope,
    readonly claimed: Claim,
    readonly attempts: number,
  ) {}

  /** The next id that follows from this message and handler: the same ones, in the same order, when it is retried. */
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

  /** What was gathered so far, for the statement that writes it; gathered once. */
  take(): { messages: Envelope[]; timers: TimerChange[] } {
    const taken = { messages: this.messages, timers: this.timers };
    this.messages = [];
    this.timers = [];
    return taken;
  }

  /** A store's own statement has marked the message done: there is nothing left to write. */
  settled(): void {
    if (this.hasGathered) throw new Error(`${this.handler} left messages unwritten`);
    this.over = true;
  }

  get isSettled(): boolean {
    return this.over;
  }

  private mustBeOpen(): void {
    if (this.over) throw new Error(`${this.handler} sends after its message was marked done`);
  }
}

/** Work that must tell nobody: a read model is made again and again, and whoever it told would be told again. */
class Hush {
  constructor(readonly who: string) {}
}

const ambient = new AsyncLocalStorage<Unit | Hush>();

/** The message that is being handled, if this runs in a handler. */
export const currentUnit = (): Unit | undefined => {
  const here = ambient.getStore();
  return here instanceof Unit ? here : undefined;
};

export const inUnit = <T>(unit: Unit, work: () => T): T => ambient.run(unit, work);

/** Runs the work of `who` so that nothing in it, nor anything it leaves behind, can publish a message. */
export const hushed = <T>(who: string, work: () => T): T => ambient.run(new Hush(who), work);

/** Throws where nobody may be told. */
export function mayTell(what: string): void {
  const here = ambient.getStore();
  if (here instanceof Hush)
    throw new Error(`${here.who} is made from events and tells nobody: it tried to publish ${what}`);
}
