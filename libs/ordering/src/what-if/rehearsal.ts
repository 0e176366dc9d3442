import type { Message } from '#kernel';

/** A message that a process hears; one of the order's own bears the version of the event it tells of. */
export interface Cue {
  readonly message: Message;
  readonly version?: number;
}

/** One of the order's own messages as it would have been. */
export interface SupposedCue {
  readonly message: Message;
  /** The version in the true stream: of its event, or of the one that an added event follows. */
  readonly from: number;
  readonly added: boolean;
}

/**
 * The messages in the order in which the process would have heard them: what others told stays where it was, an event's
 * message comes where that event's came, and an added one's right after the one it follows.
 */
export function supposedScript(script: readonly Cue[], supposed: readonly SupposedCue[]): readonly Message[] {
  const lastOf = (version: number): number => {
    const heard = script.findLastIndex((cue) => cue.version !== undefined && cue.version <= version);
    return heard;
  };
  const placed = [
    ...script.flatMap(({ message, version }, index) => (version === undefined ? [{ at: index, message }] : [])),
    ...supposed.map(({ message, from, added }) => {
      const own = script.findIndex((cue) => cue.version === from && typeOf(cue.message) === typeOf(message));
      return { at: added || own < 0 ? lastOf(from) + 0.5 : own, message };
    }),
  ];
  return placed
    .map((one, order) => ({ ...one, order }))
    .sort((a, b) => a.at - b.at || a.order - b.order)
    .map(({ message }) => message);
}

export const typeOf = (message: Message): string => (message.constructor as unknown as { type: string }).type;

export interface Asked {
  /** The type of the message that made the process ask. */
  readonly heard: string;
  readonly type: string;
  readonly body: object;
}

/** Plays a process through a script, with nobody to hear what it asks. */
export function rehearse<State>(
  initial: State,
  hear: (state: State, message: Message) => { readonly state: State; readonly asks: readonly Message[] },
  script: readonly Message[],
): { readonly state: State; readonly asks: readonly Asked[] } {
  let state = initial;
  const asks: Asked[] = [];
  for (const message of script) {
    const next = hear(state, message);
    state = next.state;
    asks.push(...next.asks.map((ask) => ({ heard: typeOf(message), type: typeOf(ask), body: ask.body })));
  }
  return { state, asks };
}

/** A line of a process's journal: what it heard, and of which message. */
export interface Line {
  readonly heard: string;
  readonly messageId: string;
}

/**
 * What the process heard, in the order of its journal; then what it has yet to hear. The order's own messages are told
 * apart by their type and turn, those of others by their id. Lines of which nothing is left (timers, mostly) are counted.
 */
export function scriptOf(
  journal: readonly Line[],
  own: readonly Required<Cue>[],
  others: ReadonlyMap<string, Message>,
  timer: (type: string) => Message | undefined,
): { readonly script: readonly Cue[]; readonly lost: readonly string[]; readonly yetToHear: number } {
  const waiting = [...own];
  const unheard = new Map(others);
  const script: Cue[] = [];
  const lost: string[] = [];
  for (const { heard, messageId } of journal) {
    const mine = waiting.findIndex(({ message }) => typeOf(message) === heard);
    const other = unheard.get(messageId);
    const rung = timer(heard);
    if (other) script.push({ message: other });
    else if (mine >= 0) script.push(...waiting.splice(mine, 1));
    else if (rung) script.push({ message: rung });
    else lost.push(heard);
    unheard.delete(messageId);
  }
  const rest = [...[...unheard.values()].map((message) => ({ message })), ...waiting];
  return { script: [...script, ...rest], lost, yetToHear: rest.length };
}
