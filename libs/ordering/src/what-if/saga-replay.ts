import type { Message } from '#kernel';

/** A message that a saga handles. For a message of the order itself, `version` is the version of its event. */
export interface ScriptMessage {
  readonly message: Message;
  readonly version?: number;
}

/** A message that the order itself would have published. */
export interface SupposedMessage {
  readonly message: Message;
  /**
   * The version of the message's event in the actual stream. For an added event, the version of the event before it.
   */
  readonly from: number;
  readonly added: boolean;
}

/**
 * The messages, sorted as the saga would have received them. Messages of other contexts keep their place. A supposed
 * message takes the place of the actual message with the same version and type. The messages of an added event directly
 * follow the messages of the event before it.
 */
export function buildSupposedScript(
  script: readonly ScriptMessage[],
  supposed: readonly SupposedMessage[],
): readonly Message[] {
  const { lastOf, ownOf } = findPlaces(script);
  const placed = [
    ...script.flatMap(({ message, version }, index) => (version === undefined ? [{ at: index, message }] : [])),
    ...supposed.map(({ message, from, added }) => {
      const ownPlace = ownOf(from, typeOf(message));
      return { at: added || ownPlace === undefined ? lastOf(from) + 0.5 : ownPlace, message };
    }),
  ];
  return placed
    .map((one, order) => ({ ...one, order }))
    .sort((a, b) => a.at - b.at || a.order - b.order)
    .map(({ message }) => message);
}

/**
 * The places of the order's own messages in a script. `ownOf`: the first place of a message with this version and type.
 * `lastOf`: the last place of a message with this version or a lower one.
 */
function findPlaces(script: readonly ScriptMessage[]) {
  const first = new Map<string, number>();
  const last = new Map<number, number>();
  script.forEach(({ version, message }, index) => {
    if (version === undefined) return;
    const name = `${version} ${typeOf(message)}`;
    if (!first.has(name)) first.set(name, index);
    last.set(version, index);
  });
  const upTo: { readonly version: number; readonly at: number }[] = [];
  for (const [version, index] of [...last].sort(([a], [b]) => a - b))
    upTo.push({ version, at: Math.max(index, upTo.at(-1)?.at ?? -1) });
  return {
    ownOf: (version: number, type: string): number | undefined => first.get(`${version} ${type}`),
    lastOf: (version: number): number => {
      let [low, high] = [0, upTo.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (upTo[middle].version <= version) low = middle + 1;
        else high = middle;
      }
      return low === 0 ? -1 : upTo[low - 1].at;
    },
  };
}

export const typeOf = (message: Message): string => (message.constructor as unknown as { type: string }).type;

export interface SagaRequest {
  /** The type of the message that made the saga send this request. */
  readonly heard: string;
  readonly type: string;
  readonly body: object;
}

/** Passes messages to a saga one after the other. The saga's requests are collected and not sent. */
export interface SagaReplay<State> {
  handle(message: Message): void;
  readonly state: State;
  readonly asks: readonly SagaRequest[];
}

export function startReplay<State>(
  initial: State,
  react: (state: State, message: Message) => { readonly state: State; readonly asks: readonly Message[] },
): SagaReplay<State> {
  let state = initial;
  const asks: SagaRequest[] = [];
  return {
    handle(message) {
      const next = react(state, message);
      state = next.state;
      asks.push(...next.asks.map((ask) => ({ heard: typeOf(message), type: typeOf(ask), body: ask.body })));
    },
    get state() {
      return state;
    },
    asks,
  };
}

/** Runs a saga with all messages of a script. */
export function replayAll<State>(
  initial: State,
  react: (state: State, message: Message) => { readonly state: State; readonly asks: readonly Message[] },
  script: readonly Message[],
): { readonly state: State; readonly asks: readonly SagaRequest[] } {
  const sagaReplay = startReplay(initial, react);
  for (const message of script) sagaReplay.handle(message);
  return sagaReplay;
}

/** A line of a saga's journal: the type and the id of the message that the saga handled. */
export interface JournalLine {
  readonly heard: string;
  readonly messageId: string;
}

/**
 * Returns the messages that the saga has handled, sorted as in its journal, and after them the messages that it has not
 * handled yet. Messages of the order itself are matched with the lines of the journal by type and sequence, messages of
 * other contexts by id. `lost` has the message types of lines whose message was not found (mostly timers).
 */
export function buildScript(
  journal: readonly JournalLine[],
  own: readonly Required<ScriptMessage>[],
  others: ReadonlyMap<string, Message>,
  timer: (type: string) => Message | undefined,
): { readonly script: readonly ScriptMessage[]; readonly lost: readonly string[]; readonly unhandledCount: number } {
  const waiting = new Set(own);
  const byType = new Map<string, Required<ScriptMessage>[]>();
  for (const ownMessage of own) {
    const sameType = byType.get(typeOf(ownMessage.message));
    if (sameType) sameType.push(ownMessage);
    else byType.set(typeOf(ownMessage.message), [ownMessage]);
  }
  for (const messages of byType.values()) messages.reverse(); // so that `pop` returns the earliest message
  const unhandled = new Map(others);
  const script: ScriptMessage[] = [];
  const lost: string[] = [];
  for (const { heard, messageId } of journal) {
    const otherMessage = unhandled.get(messageId);
    const nextOwn = otherMessage ? undefined : byType.get(heard)?.pop();
    const firedTimer = timer(heard);
    if (nextOwn) waiting.delete(nextOwn);
    if (otherMessage) script.push({ message: otherMessage });
    else if (nextOwn) script.push(nextOwn);
    else if (firedTimer) script.push({ message: firedTimer });
    else lost.push(heard);
    unhandled.delete(messageId);
  }
  const rest = [...[...unhandled.values()].map((message) => ({ message })), ...waiting];
  return { script: [...script, ...rest], lost, unhandledCount: rest.length };
}
