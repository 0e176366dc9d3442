import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Message, MessageClass, Uuid } from '#kernel';
import { EventStore, type RecordedEvent } from '#platform/event-store';
import { heardBy, MessageRegistry } from '#platform/messaging';
import { ambient } from '#platform/observability';
import { Vault, type Opened } from '#platform/privacy';
import { ProcessJournal } from '#platform/processes';
import { hear } from '../checkout/checkout';
import { CheckoutOverdue } from '../checkout/checkout-messages';
import type { CheckoutHears } from '../checkout/checkout-moves';
import { start } from '../checkout/checkout-steps';
import { CheckoutProcess } from '../checkout/checkout.process';
import { announcements } from '../model/order-announcements';
import { orderLife, type Order, type OrderEvent } from '../model/order';
import { madeOf, OrderNotFound } from '../model/order-errors';
import { changesBetween, type Change } from '../order-history/changes';
import { heardByTimeline } from '../order-history/timeline-words';
import { Timelines } from '../order-history/timelines.store';
import { hearOfRefund, noRefunds, type Refunds, type RefundsHear } from '../refund-order/refunds';
import { RefundsProcess } from '../refund-order/refunds.process';
import { showOrder, type SealedOrder } from '../view-order/order-answer';
import { projectOrder, type OrderView } from '../view-order/order-view';
import { rehearse, scriptOf, supposedScript, type Asked, type Line } from './rehearsal';
import { idle, supposed, type Happened, type Supposed } from './what-if';
import { wishesFor, type Wished } from './wished.config';

/** Where a process stands, and all that it asked on the way; personal values in it stay sealed. */
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
  /** Null: there would be no order. */
  readonly whatIf: Opened<SealedOrder> | null;
  readonly changes: readonly Change[];
  readonly process: { readonly checkout: Rehearsed; readonly refunds: Rehearsed };
  readonly notes: readonly string[];
}

/** An order as it would be, had something else happened; nothing is written, and nobody is asked anything. */
export class WhatIf extends Query<Supposition> {
  constructor(
    readonly orderId: Uuid,
    readonly wished: Wished,
  ) {
    super();
  }
}

const registry = new MessageRegistry();
registry.add(...(heardByTimeline as readonly MessageClass[]));

interface Told {
  readonly from: number;
  readonly added: boolean;
  readonly message: Message;
}

interface Played<State> {
  readonly initial: State;
  readonly process: typeof CheckoutProcess | typeof RefundsProcess;
  readonly hear: (state: State, message: Message) => { readonly state: State; readonly asks: readonly Message[] };
  readonly step: (state: State) => string;
}

const checkout: Played<Parameters<typeof hear>[0]> = {
  initial: start,
  process: CheckoutProcess,
  hear: (state, message) => hear(state, message as CheckoutHears, 0),
  step: ({ step }) => step,
};

const refunds: Played<Refunds> = {
  initial: noRefunds,
  process: RefundsProcess,
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
    private readonly journal: ProcessJournal,
    private readonly timelines: Timelines,
    private readonly vault: Vault,
  ) {}

  async execute({ orderId, wished }: WhatIf): Promise<Supposition> {
    const stored = await this.store.readStored(orderId);
    if (stored.length === 0) throw new OrderNotFound();
    const wishes = wishesFor(stored, wished, ambient()?.locale ?? 'en');
    const past = (await this.store.read(orderId, 1, stored.length)).map(happened);
    const asItWas = supposed(past, { leaveOut: [], change: [], add: [] });
    const asItWouldBe = supposed(past, wishes);
    const [actual, whatIf] = [asItWas, asItWouldBe].map((stream) => shown(orderId, stream));
    const changes = changesBetween(actual ?? {}, whatIf ?? {});
    const [lines, heard] = [await this.journal.of(orderId), await this.timelines.of(orderId)];
    const others = new Map<string, Message>();
    for (const { id, type, data } of heard) if (registry.has(type)) others.set(id, registry.decode(type, data));
    const [told, wouldTell] = [asItWas, asItWouldBe].map((stream) => tellings(orderId, stream));
    const play = <State>(played: Played<State>) => rehearsed(played, orderId, lines, told, wouldTell, others);
    const [first, second] = [play(checkout), play(refunds)];
    return {
      actual: await this.vault.openAll(actual!),
      whatIf: whatIf ? await this.vault.openAll(whatIf) : null,
      changes: await this.vault.openAll(changes),
      process: { checkout: first.answer, refunds: second.answer },
      notes: [
        'What other contexts told is taken as it was recorded: nobody guesses what they would have answered.',
        ...idle(asItWouldBe),
        ...first.notes,
        ...second.notes,
      ],
    };
  }
}

const happened = ({ version, type, data, timestamp }: RecordedEvent): Happened => ({
  version,
  event: { type, data } as OrderEvent,
  at: timestamp.toISOString(),
});

function shown(orderId: Uuid, stream: readonly Supposed[]) {
  const view = stream.reduce<OrderView | undefined>(
    (before, { event, at, from }, index) =>
      madeOf({ type: event.type, version: from }, () =>
        projectOrder(before, event, { orderId, version: index + 1, at }),
      ),
    undefined,
  );
  return view && showOrder(view);
}

/** What the order itself tells of a stream. */
function tellings(orderId: Uuid, stream: readonly Supposed[]): readonly Told[] {
  let order: Order = orderLife.initial;
  return stream.flatMap(({ event, at, from, how }, index) => {
    const [messages, next] = madeOf({ type: event.type, version: from }, () => [
      announcements(orderId, order, index, [event], at),
      orderLife.evolve(order, event),
    ]);
    order = next;
    return messages.map((message) => ({ message, from, added: how === 'added' }));
  });
}

function rehearsed<State>(
  { initial, process, hear: hears, step }: Played<State>,
  orderId: Uuid,
  lines: readonly (Line & { readonly process: string })[],
  told: readonly Told[],
  wouldTell: readonly Told[],
  others: ReadonlyMap<string, Message>,
) {
  const name = process.handler;
  const classes = heardBy(process);
  const isHeard = (message: Message) => classes.some((one) => message instanceof one);
  const own = told.filter(({ message }) => isHeard(message)).map(({ message, from }) => ({ message, version: from }));
  const theirs = new Map([...others].filter(([, message]) => isHeard(message)));
  const timer = (type: string) => (type === CheckoutOverdue.type ? new CheckoutOverdue({ orderId }) : undefined);
  const journal = lines.filter((line) => line.process === name);
  const { script, lost, yetToHear } = scriptOf(journal, own, theirs, timer);
  const would = supposedScript(
    script,
    wouldTell.filter(({ message }) => isHeard(message)),
  );
  const stand = (messages: readonly Message[]): Stand => {
    const { state, asks } = rehearse(initial, hears, messages);
    return { step: step(state), asks };
  };
  const actual = stand(script.map(({ message }) => message));
  const whatIf = stand(would);
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
