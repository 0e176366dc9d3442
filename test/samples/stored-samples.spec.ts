import { fold, type Message, type MessageClass } from '#kernel';
import { type RecordedEvent } from '#event-store';
import { handledBy, listedMessages, MessageRegistry } from '#messaging';
import { canonicalJson } from '#platform/canonical';
import { everyContext } from '../../apps/every-context';
import { react } from '../../libs/ordering/src/checkout/checkout';
import type { CheckoutMessage } from '../../libs/ordering/src/checkout/checkout-moves';
import { initialCheckout } from '../../libs/ordering/src/checkout/checkout-steps';
import { CheckoutSaga } from '../../libs/ordering/src/checkout/checkout.saga';
import { orderEvents } from '../../libs/ordering/src/model/order-events.config';
import { everyFact, orderId, sampleLives } from '../../libs/ordering/src/model/order-samples';
import { orderFold } from '../../libs/ordering/src/model/order-snapshots.config';
import { orderEventTypes, orderFacts, orderReducer, type OrderEvent } from '../../libs/ordering/src/model/order';
import { describeFact } from '../../libs/ordering/src/order-history/history-texts';
import { timelineMessages, describeMessage } from '../../libs/ordering/src/order-history/timeline-texts';
import { orderProjections } from '../../libs/ordering/src/projections/order-projections.config';
import { reactToRefundMessage, type RefundsMessage } from '../../libs/ordering/src/refund-order/refunds';
import { noRefunds } from '../../libs/ordering/src/refund-order/refunds-steps';
import { RefundSaga } from '../../libs/ordering/src/refund-order/refunds.saga';
import { addsSamples, storeSample, messageSamples, samplesOf, storeMessage } from './stored';
import * as today from './today';

const typeOf = (message: Message) => (message.constructor as unknown as MessageClass).type;

/**
 * Earlier builds wrote these samples, and the samples never change. If the form of an event changes, the event type gets a
 * new version, an upcast and another sample.
 */
describe('Stored events', () => {
  if (addsSamples)
    for (const type of orderEventTypes) {
      const name = `${type}.v${orderEvents.current(type)}`;
      if (!samplesOf('event').some((one) => one.name === name))
        storeSample('event', name, JSON.stringify(everyFact[type].data));
    }

  // Names are `<Type>.v<n>`, or `<Type>.v<n>.<difference>` for events from before an optional field was added.
  const samples = samplesOf('event').map(({ name, text }) => {
    const [, type, version, older] = /^(\w+)\.v(\d+)(?:\.([\w-]+))?$/.exec(name)!;
    return { type: type as OrderEvent['type'], version: Number(version), older, text };
  });

  it('exist for every type and version, and for no others', () => {
    const want = orderEventTypes.flatMap((type) =>
      Array.from({ length: orderEvents.current(type) }, (_, index) => `${type} ${index + 1}`),
    );
    const names = samples.filter(({ older }) => !older).map(({ type, version }) => `${type} ${version}`);
    expect(names.sort()).toEqual(want.sort());
  });

  it.each(samples)('$type, schema version $version, is read in the current form', (sample) => {
    const { type, version, older, text } = sample;
    const { data, schemaVersion } = orderEvents.upcast(type, version, JSON.parse(text) as object);
    if (older) return expect(orderFacts[type].parse(data)).toEqual(data);
    expect(data).toEqual(JSON.parse(JSON.stringify(everyFact[type].data)));
    expect(orderFacts[type].parse(data)).toEqual(data);
    if (version === schemaVersion) expect(text).toBe(JSON.stringify(everyFact[type].data));
  });

  /** The events of whole orders, read from the oldest samples. */
  const readSampleLives = () =>
    sampleLives.map((life) =>
      life.facts.map((type, index): RecordedEvent => {
        const age = (one: (typeof samples)[number]) => 2 * one.version - (one.older ? 1 : 0);
        const oldest = samples.filter((one) => one.type === type).sort((a, b) => age(a) - age(b))[0];
        return {
          ...{ id: orderId, streamId: orderId, version: index + 1, position: index + 1, type, hash: null },
          ...orderEvents.upcast(type, oldest.version, JSON.parse(oldest.text) as object),
          metadata: { commandId: orderId, correlationId: orderId, actor: { kind: 'system' } },
          timestamp: new Date(1_767_600_000_000 + index),
        };
      }),
    );

  it('can be folded, shown and described', () => {
    expect(new Set(sampleLives.flatMap((life) => life.facts))).toEqual(new Set(orderEventTypes));
    const ends = readSampleLives().map((events) => fold(orderReducer, events as unknown as OrderEvent[]).status);
    expect(ends).toEqual(sampleLives.map(({ end }) => end));
    for (const events of readSampleLives()) {
      for (const event of events) expect(describeFact(event as unknown as OrderEvent, 'vi').title).toBeTruthy();
      for (const { project } of orderProjections)
        expect(
          events.reduce<object | undefined>((view, event) => project(view as never, event), undefined),
        ).toBeDefined();
    }
  });

  it('fold to the stored states; if not, raise the version of orderFold', () => {
    const folded = readSampleLives().map((events) =>
      events.reduce<ReturnType<typeof orderFold.project>>((view, event) => orderFold.project(view, event), undefined),
    );
    const name = `${orderFold.name}.v${orderFold.version}`;
    const stored = () => samplesOf('fold').find((one) => one.name === name)?.text;
    const text = canonicalJson(JSON.parse(JSON.stringify(folded)));
    // The folds of new orders come after the stored folds.
    if (addsSamples && text.startsWith(stored()?.slice(0, -1) ?? '')) storeSample('fold', name, text);
    expect(text).toBe(stored());
  });
});

describe('Stored messages', () => {
  const registry = new MessageRegistry();
  const handled = everyContext.flatMap((module) => (Reflect.getMetadata('providers', module) ?? []) as unknown[]);
  const classes = new Set([
    ...listedMessages(),
    ...handled.flatMap((one) => (typeof one === 'function' ? handledBy(one as never) : [])),
  ]);
  registry.add(...classes);

  if (addsSamples)
    for (const { type } of classes) {
      const written = today.messages.find((one) => typeOf(one) === type);
      if (written && !messageSamples().some(({ name }) => name === type))
        storeMessage(type, JSON.stringify(written.body));
    }

  // Files are `<type>.json`, or `<type>.<difference>.json` for messages from before an optional field was added.
  const samples = messageSamples().map(({ name, text }) => {
    const [, type, older] = /^([\w-]+\.[\w-]+\.v\d+)(?:\.([\w-]+))?$/.exec(name)!;
    return { name, type, older, text };
  });
  const read = ({ type, text }: (typeof samples)[number]) => registry.decode(type, JSON.parse(text));

  it('exist for every class that a module sends or receives', () => {
    expect(classes.size).toBeGreaterThan(30);
    const types = [...classes].map(({ type }) => type).sort();
    expect([...new Set(samples.map(({ type }) => type))].filter((type) => types.includes(type)).sort()).toEqual(types);
  });

  it.each(samples)('$name is read as a current message, with the same key', (sample) => {
    const message = read(sample);
    expect(classes).toContain(message.constructor);
    expect(message.key).toMatch(/\S/);
    if (typeOf(message) !== sample.type || sample.older) return;
    const written = today.messages.filter((one) => typeOf(one) === sample.type).map(({ body }) => JSON.stringify(body));
    expect(written).toContain(sample.text);
    expect(message.body).toEqual(JSON.parse(sample.text));
  });

  it('can be handled by every receiver', () => {
    const decoded = samples.map(read);
    const to = (listeners: readonly unknown[]) => decoded.filter((one) => listeners.includes(one.constructor));
    for (const message of to(handledBy(CheckoutSaga)))
      expect(react(initialCheckout, message as CheckoutMessage, 900).note).toBeTruthy();
    for (const message of to(handledBy(RefundSaga)))
      expect(reactToRefundMessage(noRefunds, message as RefundsMessage).note).toBeTruthy();
    for (const message of to(timelineMessages)) expect(describeMessage(message).note).toBeTruthy();
  });

  it('that request a cancellation without `by` count as a request of the customer', () => {
    const old = samples.find(({ older }) => older === 'without-by')!;
    expect(react(initialCheckout, read(old) as CheckoutMessage, 900).state).toEqual({
      step: 'waiting',
      cancelled: 'CUSTOMER',
    });
  });
});
