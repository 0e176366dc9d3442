import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { withoutVoided, type Message, type Uuid } from '#kernel';
import { EventStore, type RecordedEvent } from '#event-store';
import { handledBy, MessageRegistry } from '#messaging';
import { currentRequest } from '#platform/observability';
import { Vault, type Opened } from '#platform/privacy';
import { SagaJournal } from '#messaging/sagas';
import { Slices } from '#platform/system';
import { react } from '../checkout/checkout';
import { CheckoutOverdue } from '../checkout/checkout-messages';
import type { CheckoutMessage } from '../checkout/checkout-moves';
import { initialCheckout } from '../checkout/checkout-steps';
import { CheckoutSaga } from '../checkout/checkout.saga';
import { announcements } from '../model/order-announcements';
import { orderReducer, type Order, type OrderEvent } from '../model/order';
import { applyRules, OrderNotFound, OrderTooLong } from '../model/order-errors';
import { changesBetween, type Change } from '../order-history/changes';
import { openChanges } from '../order-history/order-state.query';
import { timelineMessages } from '../order-history/timeline-texts';
import { Timelines } from '../order-history/timelines.store';
import { reactToRefundMessage, type RefundsMessage } from '../refund-order/refunds';
import { noRefunds, type Refunds } from '../refund-order/refunds-steps';
import { RefundSaga } from '../refund-order/refunds.saga';
import { showOrder, type SealedOrder } from '../view-order/order-answer';
import type { SagaName } from '../sagas/saga-id';
import { projectOrder, type OrderView } from '../view-order/order-view';
import { blockMovedValues, restoreBlockedValues, findSealedPlaces } from './sealed-values';
import { startReplay, buildScript, buildSupposedScript, type SagaRequest, type JournalLine } from './saga-replay';
import {
  makeIdleEventNotes,
  buildSupposedStream,
  type PastEvent,
  type SupposedEvent,
  type StreamChanges,
} from './what-if';
import { parseChanges, type RequestedChanges } from './requested-changes.config';

/**
 * The last step of a replayed saga, and all requests that the saga made. Personal values in the requests stay sealed.
 */
interface SagaRun {
  readonly step: string;
  readonly asks: readonly SagaRequest[];
}

interface SagaComparison {
  readonly actual: SagaRun;
  readonly whatIf: SagaRun;
  readonly differs: boolean;
}

export interface WhatIfResult {
  readonly actual: Opened<SealedOrder>;
  /** Null if there would be no order. */
  readonly whatIf: Opened<SealedOrder> | null;
  readonly changes: readonly Change[];
  readonly process: { readonly checkout: SagaComparison; readonly refunds: SagaComparison };
  readonly notes: readonly string[];
}

/** An order as it would be with other events. Nothing is written, and no message is sent. */
export class WhatIf extends Query<WhatIfResult> {
  constructor(
    readonly orderId: Uuid,
    readonly requested: RequestedChanges,
    /** Aborted when the client disconnects. */
    readonly gone?: AbortSignal,
  ) {
    super();
  }
}

/** A longer stream is refused, because it would take minutes to compute. */
const MOST_EVENTS = 20_000;

const registry = new MessageRegistry();
registry.add(...timelineMessages);

interface Published {
  readonly from: number;
  readonly added: boolean;
  readonly message: Message;
}

interface ReplayedSaga<State> {
  readonly initial: State;
  readonly name: SagaName;
  readonly saga: typeof CheckoutSaga | typeof RefundSaga;
  readonly react: (state: State, message: Message) => { readonly state: State; readonly asks: readonly Message[] };
  readonly step: (state: State) => string;
}

const checkout: ReplayedSaga<Parameters<typeof react>[0]> = {
  initial: initialCheckout,
  name: 'checkout',
  saga: CheckoutSaga,
  react: (state, message) => react(state, message as CheckoutMessage, 0),
  step: ({ step }) => step,
};

const refunds: ReplayedSaga<Refunds> = {
  initial: noRefunds,
  name: 'refunds',
  saga: RefundSaga,
  react: (state, message) => reactToRefundMessage(state, message as RefundsMessage),
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

  async execute({ orderId, requested, gone }: WhatIf): Promise<WhatIfResult> {
    const stored = await this.store.readMarked(orderId);
    if (stored.length === 0) throw new OrderNotFound();
    if (stored.length > MOST_EVENTS) throw new OrderTooLong(stored.length, MOST_EVENTS);
    const raw = await this.store.readStored(orderId);
    const places = findSealedPlaces([...raw, ...stored]);
    const streamChanges = blockMovedValues(parseChanges(raw, requested, currentRequest()?.locale ?? 'en'), places);
    const slices = new Slices(gone);
    const events = withoutVoided(stored);
    const broken = events.find(({ unreadable }) => unreadable);
    // The actual order ends before the first event that cannot be read. The supposed order has all events, so the
    // request must leave out or change each event that cannot be read.
    const asItWas = buildSupposedStream(
      events.slice(0, broken ? events.indexOf(broken) : undefined).map(toPastEvent),
      NO_CHANGES,
    );
    const asItWouldBe = buildSupposedStream(mustBeReadable(events, streamChanges).map(toPastEvent), streamChanges);
    const actual = await showStream(orderId, asItWas, slices);
    if (!actual) throw broken?.unreadable ?? new OrderNotFound();
    const whatIf = await showStream(orderId, asItWouldBe, slices);
    const changes = changesBetween(actual, whatIf ?? {});
    const [lines, reports] = [await this.journal.of(orderId), await this.timelines.of(orderId)];
    const others = new Map<string, Message>();
    await slices.each(reports, ({ id, type, data }) => {
      if (registry.has(type)) others.set(id, registry.decode(type, data));
    });
    const published = await messagesOfStream(orderId, asItWas, slices);
    const wouldPublish = await messagesOfStream(orderId, asItWouldBe, slices);
    const compare = <State>(saga: ReplayedSaga<State>) =>
      replay(saga, { orderId, lines, published, wouldPublish, others, slices });
    const [first, second] = [await compare(checkout), await compare(refunds)];
    return {
      actual: await this.vault.openAll(actual, orderId),
      whatIf: whatIf ? await this.vault.openAll(restoreBlockedValues(whatIf), orderId) : null,
      changes: await openChanges(this.vault, restoreBlockedValues(changes), orderId),
      process: restoreBlockedValues({ checkout: first.answer, refunds: second.answer }),
      notes: [
        'Messages of other contexts are used as recorded. Their answers to the supposed order are not computed.',
        ...(broken
          ? [`Event ${broken.version} (${broken.type}) cannot be read: the actual order ends before it.`]
          : []),
        ...(await slices.map(asItWouldBe, makeIdleEventNotes())).flat(),
        ...first.notes,
        ...second.notes,
      ],
    };
  }
}

const NO_CHANGES: StreamChanges = { leaveOut: [], change: [], add: [] };

/**
 * Each event that cannot be read must be left out or changed. Throws the error of the first unreadable event that the
 * request does not mention.
 */
function mustBeReadable(
  events: readonly RecordedEvent[],
  { leaveOut, change }: StreamChanges,
): readonly RecordedEvent[] {
  const replaced = new Set([...leaveOut, ...change.map(({ version }) => version)]);
  const broken = events.find(({ unreadable, version }) => unreadable && !replaced.has(version));
  if (broken) throw broken.unreadable!;
  return events;
}

const toPastEvent = ({ version, type, data, timestamp }: RecordedEvent): PastEvent => ({
  version,
  event: { type, data } as OrderEvent,
  at: timestamp.toISOString(),
});

async function showStream(orderId: Uuid, stream: readonly SupposedEvent[], slices: Slices) {
  let view: OrderView | undefined;
  await slices.each(stream, ({ event, at, from }, index) => {
    view = applyRules({ type: event.type, version: from }, () =>
      projectOrder(view, event, { orderId, version: index + 1, at }),
    );
  });
  return view && showOrder(view);
}

/** The messages that ordering publishes for these events. */
async function messagesOfStream(
  orderId: Uuid,
  stream: readonly SupposedEvent[],
  slices: Slices,
): Promise<readonly Published[]> {
  let order: Order = orderReducer.initial;
  const published = await slices.map(stream, ({ event, at, from, how }, index) => {
    const [messages, next] = applyRules({ type: event.type, version: from }, () => [
      announcements(orderId, order, index, [event], at),
      orderReducer.evolve(order, event),
    ]);
    order = next;
    return messages.map((message) => ({ message, from, added: how === 'added' }));
  });
  return published.flat();
}

interface ReplayInput {
  readonly orderId: Uuid;
  readonly lines: readonly (JournalLine & { readonly saga: string })[];
  readonly published: readonly Published[];
  readonly wouldPublish: readonly Published[];
  readonly others: ReadonlyMap<string, Message>;
  readonly slices: Slices;
}

async function replay<State>(
  { initial, name, saga, react: sagaReact, step }: ReplayedSaga<State>,
  { orderId, lines, published, wouldPublish, others, slices }: ReplayInput,
) {
  const classes = handledBy(saga);
  const isHandled = (message: Message) => classes.some((one) => message instanceof one);
  const own = published
    .filter(({ message }) => isHandled(message))
    .map(({ message, from }) => ({ message, version: from }));
  const othersHandled = new Map([...others].filter(([, message]) => isHandled(message)));
  const timer = (type: string) => (type === CheckoutOverdue.type ? new CheckoutOverdue({ orderId }) : undefined);
  const journal = lines.filter((line) => line.saga === name);
  const { script, lost, unhandledCount } = buildScript(journal, own, othersHandled, timer);
  const supposedMessages = buildSupposedScript(
    script,
    wouldPublish.filter(({ message }) => isHandled(message)),
  );
  const run = async (messages: readonly Message[]): Promise<SagaRun> => {
    const played = startReplay(initial, sagaReact);
    await slices.each(messages, (message) => played.handle(message));
    return { step: step(played.state), asks: played.asks };
  };
  const actual = await run(script.map(({ message }) => message));
  const whatIf = await run(supposedMessages);
  const differs = JSON.stringify(actual) !== JSON.stringify(whatIf);
  const missing = lost.filter((type) => !/-waits\./.test(type));
  return {
    answer: { actual, whatIf, differs },
    notes: [
      ...(missing.length > 0 ? [`${name}: handled messages that no longer exist: ${missing.join(', ')}`] : []),
      ...(unhandledCount > 0
        ? [`${name}: ${unhandledCount} of the messages used here were not handled by the saga yet`]
        : []),
    ],
  };
}
