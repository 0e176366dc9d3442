import { vnd, type Message } from '#kernel';
import { OrderCancellationRequested, OrderConfirmed, OrderPlaced } from '#contracts/ordering';
import { StockCommitted, StockReserved } from '#contracts/inventory';
import { PaymentTaken } from '#contracts/payments';
import { react } from '../checkout/checkout';
import { CheckoutOverdue } from '../checkout/checkout-messages';
import type { CheckoutMessage } from '../checkout/checkout-moves';
import { initialCheckout } from '../checkout/checkout-steps';
import { announcements } from '../model/order-announcements';
import { orderReducer, type Order, type OrderEvent } from '../model/order';
import { facts, orderId, factsUntil, orderAfter } from '../model/order-samples';
import { replayAll, buildScript, buildSupposedScript, typeOf } from './saga-replay';
import { idleNotesOf, buildSupposedStream, type PastEvent, type SupposedEvent, type StreamChanges } from './what-if';

const nothing: StreamChanges = { leaveOut: [], change: [], add: [] };
const past = (events: readonly OrderEvent[]): PastEvent[] =>
  events.map((event, index) => ({ version: index + 1, event, at: `2026-11-23T0${index}:00:00.000Z` }));
const types = (stream: readonly SupposedEvent[]) => stream.map(({ event }) => event.type);
const statusOf = (stream: readonly SupposedEvent[]) => orderAfter(...stream.map(({ event }) => event)).status;

describe('A stream as it would have been', () => {
  const ready = past(factsUntil.ready);

  it('is the actual stream if nothing is changed', () => {
    expect(buildSupposedStream(ready, nothing).map(({ event, at }) => ({ event, at }))).toEqual(
      ready.map(({ event, at }) => ({ event, at })),
    );
  });

  it('does not have the events that are left out', () => {
    const without = buildSupposedStream(ready, { ...nothing, leaveOut: [2, 4] });
    expect(types(without)).toEqual(['OrderPlaced', 'OrderAccepted', 'OrderReadied']);
    expect(statusOf(without)).toBe('pending');
  });

  it('has the new data of changed events', () => {
    const event: OrderEvent = { ...facts.confirmed, data: { ...facts.confirmed.data, paid: vnd(1) } };
    const changed = buildSupposedStream(ready, { ...nothing, change: [{ version: 2, event }] });
    expect(changed[1]).toMatchObject({ how: 'changed', event: { data: { paid: vnd(1) } }, at: ready[1].at });
  });

  it('has an added event after the event that `after` names, with the time of that event, even if that event is left out', () => {
    const add = [
      { after: 1, event: facts.unwanted as OrderEvent },
      { after: 2, event: facts.cancelled as OrderEvent },
      { after: 0, event: facts.accepted as OrderEvent },
    ];
    const more = buildSupposedStream(past(factsUntil.confirmed), { ...nothing, leaveOut: [2], add });
    expect(types(more)).toEqual(['OrderAccepted', 'OrderPlaced', 'CancellationRequested', 'OrderCancelled']);
    expect(more.map(({ at }) => at.slice(11, 13))).toEqual(['00', '00', '00', '01']);
    expect(statusOf(more)).toBe('cancelled');
  });

  it('has a note for each event that would change nothing', () => {
    expect(idleNotesOf(buildSupposedStream(ready, nothing))).toEqual([]);
    expect(idleNotesOf(buildSupposedStream(ready, { ...nothing, leaveOut: [2] }))).toEqual([
      'OrderAccepted (version 2, as it was) changes nothing: the order is pending',
      'PreparationStarted (version 3, as it was) changes nothing: the order is pending',
      'OrderReadied (version 4, as it was) changes nothing: the order is pending',
    ]);
  });
});

const lines = [{ sku: 'a1', quantity: 2 }];
const paid = {
  ...{ paymentId: 'p', amount: vnd(100_000), method: 'card' as const, provider: 'sandbox', chargeId: 'ch_1' },
  orderId,
};
const others = new Map<string, Message>([
  ['m1', new StockReserved({ orderId, lines })],
  ['m2', new PaymentTaken(paid)],
  ['m3', new StockCommitted({ orderId, lines })],
]);
const journal = [
  [OrderPlaced.type, 'o1'],
  [StockReserved.type, 'm1'],
  ['ordering.checkout-waits.v1', 't1'],
  [PaymentTaken.type, 'm2'],
  [StockCommitted.type, 'm3'],
  [OrderConfirmed.type, 'o2'],
].map(([heard, messageId]) => ({ heard, messageId }));

const messagesFor = (stream: readonly SupposedEvent[]) => {
  let order: Order = orderReducer.initial;
  return stream.flatMap(({ event, at, from, how }, index) => {
    const messages = announcements(orderId, order, index, [event], at);
    order = orderReducer.evolve(order, event);
    return messages
      .filter((one) => !/status-updated/.test(typeOf(one)))
      .map((message) => ({ message, from, added: how === 'added' }));
  });
};
const own = messagesFor(buildSupposedStream(past(factsUntil.confirmed), nothing)).map(({ message, from }) => ({
  message,
  version: from,
}));
const timer = (type: string) => (type === CheckoutOverdue.type ? new CheckoutOverdue({ orderId }) : undefined);
const { script, lost, unhandledCount } = buildScript(journal, own, others, timer);
const replay = (messages: readonly Message[]) => {
  const { state, asks } = replayAll(initialCheckout, (at, one) => react(at, one as CheckoutMessage, 0), messages);
  return { step: state.step, asks: asks.map(({ type }) => type.replace(/^.*\.(.*)\.v1/, '$1')) };
};
const replayWith = (changes: Partial<StreamChanges>) =>
  replay(
    buildSupposedScript(
      script,
      messagesFor(buildSupposedStream(past(factsUntil.confirmed), { ...nothing, ...changes })),
    ),
  );

describe('A saga that is replayed', () => {
  it('gets the messages of its journal, in the same order', () => {
    expect(script.map(({ message, version }) => [typeOf(message), version])).toEqual([
      [OrderPlaced.type, 1],
      [StockReserved.type, undefined],
      [PaymentTaken.type, undefined],
      [StockCommitted.type, undefined],
      [OrderConfirmed.type, 2],
    ]);
    expect([lost, unhandledCount]).toEqual([['ordering.checkout-waits.v1'], 0]);
    const asItWas = { step: 'confirmed', asks: ['reserve-stock', 'take-payment', 'commit-stock', 'confirm-order'] };
    expect(replay(script.map(({ message }) => message))).toEqual(asItWas);
    expect(replayWith({})).toEqual(asItWas);
  });

  it('gets, after the messages of its journal, those that it has not handled yet', () => {
    const early = buildScript(journal.slice(0, 2), own, others, timer);
    expect(early.unhandledCount).toBe(3);
    expect(early.script.map(({ message }) => typeOf(message)).slice(2)).toEqual([
      PaymentTaken.type,
      StockCommitted.type,
      OrderConfirmed.type,
    ]);
  });

  it('gets a timer at the place where the timer fired', () => {
    const fired = buildScript([journal[0], { heard: CheckoutOverdue.type, messageId: 't' }], own, new Map(), timer);
    expect(replay(fired.script.slice(0, 2).map(({ message }) => message))).toEqual({
      step: 'releasing',
      asks: ['reserve-stock', 'release-stock'],
    });
  });

  it('does not reach the step `confirmed` without OrderConfirmed', () => {
    expect(replayWith({ leaveOut: [2] })).toMatchObject({ step: 'confirming' });
    expect(replayWith({ leaveOut: [1, 2] })).toEqual({ step: 'waiting', asks: [] });
  });

  it('gives goods and money back if the customer cancelled at once', () => {
    const { step, asks } = replayWith({ add: [{ after: 1, event: facts.unwanted }], leaveOut: [2] });
    // According to the recorded answers, the goods were reserved and the money was taken. So both go back.
    expect(step).toBe('releasing');
    expect(asks).toEqual(['reserve-stock', 'release-stock', 'release-stock', 'void-payment', 'release-stock']);
  });

  it('gets the message of an added event directly after the message of the event before it', () => {
    const add = [{ after: 2, event: facts.unwanted as OrderEvent }];
    const messages = buildSupposedScript(
      script,
      messagesFor(buildSupposedStream(past(factsUntil.pending), { ...nothing, add: [{ ...add[0], after: 1 }] })),
    );
    expect(messages.map(typeOf).slice(0, 3)).toEqual([
      OrderPlaced.type,
      OrderCancellationRequested.type,
      StockReserved.type,
    ]);
  });

  it('requests another amount if the order has another total', () => {
    const event: OrderEvent = { ...facts.placed, data: { ...facts.placed.data, total: vnd(7) } };
    const messages = buildSupposedScript(
      script,
      messagesFor(buildSupposedStream(past(factsUntil.confirmed), { ...nothing, change: [{ version: 1, event }] })),
    );
    const { asks } = replayAll(initialCheckout, (at, one) => react(at, one as CheckoutMessage, 0), messages);
    expect(asks.find(({ type }) => type.includes('take-payment'))).toMatchObject({
      heard: StockReserved.type,
      body: { amount: vnd(7) },
    });
  });
});
