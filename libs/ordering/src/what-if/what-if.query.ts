import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { counted, type Message, type Uuid } from '#kernel';
import { EventStore, type RecordedEvent } from '#event-store';
import { handledBy, MessageRegistry } from '#messaging';
import { ambient } from '#platform/observability';
import { Vault, type Opened } from '#platform/privacy';
import { SagaJournal } from '#messaging/sagas';
import { Slices } from '#platform/system';
import { hear } from '../checkout/checkout';
import { CheckoutOverdue } from '../checkout/checkout-messages';
import type { CheckoutHears } from '../checkout/checkout-moves';
import { start } from '../checkout/checkout-steps';
import { CheckoutSaga } from '../checkout/checkout.saga';
import { announcements } from '../model/order-announcements';
import { orderLife, type Order, type OrderEvent } from '../model/order';
import { madeOf, OrderNotFound, OrderTooLong } from '../model/order-errors';
import { changesBetween, type Change } from '../order-history/changes';
import { openChanges } from '../order-history/time-travel.query';
import { heardByTimeline } from '../order-history/timeline-words';
import { Timelines } from '../order-history/timelines.store';
import { hearOfRefund, type RefundsHear } from '../refund-order/refunds';
import { noRefunds, type Refunds } from '../refund-order/refunds-steps';
import { RefundSaga } from '../refund-order/refunds.saga';
import { showOrder, type SealedOrder } from '../view-order/order-answer';
import type { SagaName } from '../sagas/saga-id';
import { projectOrder, type OrderView } from '../view-order/order-view';
import { keptClosed, shownClosed, standingIn } from './sealed-wishes';
import { playing, scriptOf, supposedScript, type Asked, type Line } from './rehearsal';
import { idleTeller, supposed, type Happened, type Supposed, type Wishes } from './what-if';
import { wishesFor, type Wished } from './wished.config';

/** The step of a saga and everything that it asked for. Personal values in it stay sealed. */
interface Stand {
  readonly step: string;
  readonly asks: readonly Asked[];
}

interface Rehearsed {
  readonly actual: Stand;
  readonly whatIf: Stand;
  readonly differs: boolean;
}

export interface Supposition {
  readonly actual: Opened<SealedOrder>;
  /** Null if there would be no order. */
  readonly whatIf: Opened<SealedOrder> | null;
  readonly changes: readonly Change[];
  readonly process: { readonly checkout: Rehearsed; readonly refunds: Rehearsed };
  readonly notes: readonly string[];
}

/** An order as it would be with other events. It writes nothing and sends no message. */
export class WhatIf extends Query<Supposition> {
  constructor(
    readonly orderId: Uuid,
    readonly wished: Wished,
    /** Aborted when the client has gone. */
    readonly gone?: AbortSignal,
  ) {
    super();
  }
}

/** A longer stream would take minutes. */
const MOST_EVENTS = 20_000;

const registry = new MessageRegistry();
registry.add(...heardByTimeline);

interface Told {
  readonly from: number;
  readonly added: boolean;
  readonly message: Message;
}

interface Played<State> {
  readonly initial: State;
  readonly name: SagaName;
  readonly saga: typeof CheckoutSaga | typeof RefundSaga;
  readonly hear: (state: State, message: Message) => { readonly state: State; readonly asks: readonly Message[] };
  readonly step: (state: State) => string;
}

const checkout: Played<Parameters<typeof hear>[0]> = {
  initial: start,
  name: 'checkout',
  saga: CheckoutSaga,
  hear: (state, message) => hear(state, message as CheckoutHears, 0),
  step: ({ step }) => step,
};

const refunds: Played<Refunds> = {
  initial: noRefunds,
  name: 'refunds',
  saga: RefundSaga,
  hear: (state, message) => hearOfRefund(state, message as RefundsHear),
  step: (state) =>
    Object.values(state.refunds)
      .map(({ step }) => step)
      .join(', ') || 'none',
};

@QueryHandler(WhatIf)
export class WhatIfHandler implements IQueryHandler<WhatIf> {
  constructor(
    private readonly store: EventStore,
    private readonly journal: SagaJournal,
    private readonly timelines: Timelines,
    private readonly vault: Vault,
  ) {}

  async execute({ orderId, wished, gone }: WhatIf): Promise<Supposition> {
    const stored = await this.store.readMarked(orderId);
    if (stored.length === 0) throw new OrderNotFound();
    if (stored.length > MOST_EVENTS) throw new OrderTooLong(stored.length, MOST_EVENTS);
    const raw = await this.store.readStored(orderId);
    const stood = standingIn([...raw, ...stored]);
    const wishes = keptClosed(wishesFor(raw, wished, ambient()?.locale ?? 'en'), stood);
    const slices = new Slices(gone);
    const events = counted(stored);
    const broken = events.find(({ unreadable }) => unreadable);
    // The actual order ends before the first event that cannot be read. The supposed order uses all events that can be
    // read.
    const asItWas = supposed(events.slice(0, broken ? events.indexOf(broken) : undefined).map(happened), AS_IT_WAS);
    const asItWouldBe = supposed(readableWith(events, wishes).map(happened), wishes);
    const actual = await shown(orderId, asItWas, slices);
    if (!actual) throw broken?.unreadable ?? new OrderNotFound();
    const whatIf = await shown(orderId, asItWouldBe, slices);
    const changes = changesBetween(actual, whatIf ?? {});
    const [lines, heard] = [await this.journal.of(orderId), await this.timelines.of(orderId)];
    const others = new Map<string, Message>();
    await slices.each(heard, ({ id, type, data }) => {
      if (registry.has(type)) others.set(id, registry.decode(type, data));
    });
    const told = await tellings(orderId, asItWas, slices);
    const wouldTell = await tellings(orderId, asItWouldBe, slices);
    const play = <State>(played: Played<State>) =>
      rehearsed(played, { orderId, lines, told, wouldTell, others, slices });
    const [first, second] = [await play(checkout), await play(refunds)];
    return {
      actual: await this.vault.openAll(actual, orderId),
      whatIf: whatIf ? await this.vault.openAll(shownClosed(whatIf), orderId) : null,
      changes: await openChanges(this.vault, shownClosed(changes), orderId),
      process: shownClosed({ checkout: first.answer, refunds: second.answer }),
      notes: [
        'What other contexts told is taken as it was recorded: nobody guesses what they would have answered.',
        ...(broken
          ? [`Event ${broken.version} (${broken.type}) cannot be read: as it is, the order ends before it.`]
          : []),
        ...(await slices.map(asItWouldBe, idleTeller())).flat(),
        ...first.notes,
        ...second.notes,
      ],
    };
  }
}

const AS_IT_WAS: Wishes = { leaveOut: [], change: [], add: [] };

/** An event that cannot be read must be left out or get other data. Throws the fault of the first such event. */
function readableWith(events: readonly RecordedEvent[], { leaveOut, change }: Wishes): readonly RecordedEvent[] {
  const replaced = new Set([...leaveOut, ...change.map(({ version }) => version)]);
  const broken = events.find(({ unreadable, version }) => unreadable && !replaced.has(version));
  if (broken) throw broken.unreadable!;
  return events;
}

const happened = ({ version, type, data, timestamp }: RecordedEvent): Happened => ({
  version,
  event: { type, data } as OrderEvent,
  at: timestamp.toISOString(),
});

async function shown(orderId: Uuid, stream: readonly Supposed[], slices: Slices) {
  let view: OrderView | undefined;
  await slices.each(stream, ({ event, at, from }, index) => {
    view = madeOf({ type: event.type, version: from }, () =>
      projectOrder(view, event, { orderId, version: index + 1, at }),
    );
  });
  return view && showOrder(view);
}

/** The messages that the order itself sends for a stream. */
async function tellings(orderId: Uuid, stream: readonly Supposed[], slices: Slices): Promise<readonly Told[]> {
  let order: Order = orderLife.initial;
  const told = await slices.map(stream, ({ event, at, from, how }, index) => {
    const [messages, next] = madeOf({ type: event.type, version: from }, () => [
      announcements(orderId, order, index, [event], at),
      orderLife.evolve(order, event),
    ]);
    order = next;
    return messages.map((message) => ({ message, from, added: how === 'added' }));
  });
  return told.flat();
}

interface Rehearsal {
  readonly orderId: Uuid;
  readonly lines: readonly (Line & { readonly saga: string })[];
  readonly told: readonly Told[];
  readonly wouldTell: readonly Told[];
  readonly others: ReadonlyMap<string, Message>;
  readonly slices: Slices;
}

async function rehearsed<State>(
  { initial, name, saga, hear: hears, step }: Played<State>,
  { orderId, lines, told, wouldTell, others, slices }: Rehearsal,
) {
  const classes = handledBy(saga);
  const isHeard = (message: Message) => classes.some((one) => message instanceof one);
  const own = told.filter(({ message }) => isHeard(message)).map(({ message, from }) => ({ message, version: from }));
  const theirs = new Map([...others].filter(([, message]) => isHeard(message)));
  const timer = (type: string) => (type === CheckoutOverdue.type ? new CheckoutOverdue({ orderId }) : undefined);
  const journal = lines.filter((line) => line.saga === name);
  const { script, lost, yetToHear } = scriptOf(journal, own, theirs, timer);
  const would = supposedScript(
    script,
    wouldTell.filter(({ message }) => isHeard(message)),
  );
  const stand = async (messages: readonly Message[]): Promise<Stand> => {
    const played = playing(initial, hears);
    await slices.each(messages, (message) => played.hear(message));
    return { step: step(played.state), asks: played.asks };
  };
  const actual = await stand(script.map(({ message }) => message));
  const whatIf = await stand(would);
  const differs = JSON.stringify(actual) !== JSON.stringify(whatIf);
  const reminders = lost.filter((type) => !/-waits\./.test(type));
  return {
    answer: { actual, whatIf, differs },
    notes: [
      ...(reminders.length > 0 ? [`${name}: no longer known is what it heard as ${reminders.join(', ')}`] : []),
      ...(yetToHear > 0 ? [`${name}: has yet to hear ${yetToHear} of what it is shown to have heard`] : []),
    ],
  };
}
