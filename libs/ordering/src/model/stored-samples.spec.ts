import * as contracts from '#contracts/ordering';
import { fold, type MessageClass } from '#kernel';
import { announcements } from './order-announcements';
import { orderEvents } from './order-events.config';
import { facts, orderId, ordered, refundAsked, refundDone, refundFailed, given, samplePlaced } from './order-samples';
import { orderEventTypes, orderLife, type OrderEvent } from './order';

const { OrderBooks: _, ...messages } = contracts;

/**
 * Every fact as it lies in streams, by type and schema version. What is here was written by some build and stays: a new
 * shape is a new version with an upcast and a sample of its own.
 */
const stored: [OrderEvent['type'], number, string][] = [
  [
    'OrderPlaced',
    1,
    `{"number":"261123-4F7K2-9QXWM","customerId":"019ab3c4-0000-7000-8000-000000000001","guestTokenHash":null,"subject":"019ab3c4-0000-7000-8000-000000000001","locale":"en","lines":[{"lineId":"019ab3c4-0000-7000-8000-0000000000a1","productId":"019ab3c4-0000-7000-8000-0000000000aa","variantId":"019ab3c4-0000-7000-8000-0000000000bb","sku":"a1","name":"Cà phê a1","variantName":"M","quantity":2,"unitPrice":{"amount":30000,"currency":"VND"},"lineTotal":{"amount":60000,"currency":"VND"},"modifiers":[]},{"lineId":"019ab3c4-0000-7000-8000-0000000000b2","productId":"019ab3c4-0000-7000-8000-0000000000aa","variantId":"019ab3c4-0000-7000-8000-0000000000bb","sku":"b2","name":"Cà phê b2","variantName":"M","quantity":1,"unitPrice":{"amount":40000,"currency":"VND"},"lineTotal":{"amount":40000,"currency":"VND"},"modifiers":[]}],"subtotal":{"amount":100000,"currency":"VND"},"deliveryFee":{"amount":0,"currency":"VND"},"total":{"amount":100000,"currency":"VND"},"contact":{"name":{"sealed":"v1.An","subject":"019ab3c4-0000-7000-8000-000000000001"},"phone":{"sealed":"v1.0901","subject":"019ab3c4-0000-7000-8000-000000000001"},"email":{"sealed":"v1.an@example.com","subject":"019ab3c4-0000-7000-8000-000000000001"}},"fulfilment":{"type":"pickup","address":null},"payment":{"method":"card","token":{"sealed":"v1.tok_ok","subject":"019ab3c4-0000-7000-8000-000000000001"},"provider":null},"note":null,"cartId":"019ab3c4-0000-7000-8000-0000000000cc","cartVersion":3}`,
  ],
  [
    'OrderConfirmed',
    1,
    `{"paymentId":"019ab3c4-0000-7000-8000-0000000000dd","chargeId":"ch_1","method":"card","provider":"sandbox","paid":{"amount":100000,"currency":"VND"}}`,
  ],
  ['OrderAccepted', 1, '{}'],
  ['PreparationStarted', 1, '{}'],
  ['OrderReadied', 1, '{}'],
  ['OrderCompleted', 1, '{"collected":{"amount":0,"currency":"VND"}}'],
  ['CancellationRequested', 1, '{"by":"customer","reason":null}'],
  [
    'OrderCancelled',
    1,
    '{"code":"CUSTOMER","message":"The order was cancelled as you asked.","reason":null,"by":"customer","refundDue":{"amount":0,"currency":"VND"}}',
  ],
  ['RefundRequested', 1, '{"refundId":"a","amount":{"amount":1,"currency":"VND"},"reason":"cold"}'],
  ['OrderRefunded', 1, '{"refundId":"a","amount":{"amount":1,"currency":"VND"}}'],
  ['RefundFailed', 1, '{"refundId":"a","amount":{"amount":1,"currency":"VND"},"reason":"card closed"}'],
];

const today: Record<OrderEvent['type'], OrderEvent> = {
  OrderPlaced: facts.placed,
  OrderConfirmed: facts.confirmed,
  OrderAccepted: facts.accepted,
  PreparationStarted: facts.preparing,
  OrderReadied: facts.readied,
  OrderCompleted: facts.completed,
  CancellationRequested: facts.unwanted,
  OrderCancelled: facts.cancelled,
  RefundRequested: refundAsked('a', 1),
  OrderRefunded: refundDone('a', 1),
  RefundFailed: refundFailed('a', 1),
};

describe('What was stored once', () => {
  it.each(stored)('%s, version %i, is read as it is written today', (type, version, json) => {
    const { data } = orderEvents.upcast(type, version, JSON.parse(json) as object);
    expect(data).toEqual(today[type].data);
  });

  it('has a sample of every fact and every version of it', () => {
    const samples = new Set(stored.map(([type, version]) => `${type} ${version}`));
    for (const type of orderEventTypes)
      for (let version = 1; version <= orderEvents.current(type); version++)
        expect(samples).toContain(`${type} ${version}`);
  });

  it('folds into an order', () => {
    const read = (type: OrderEvent['type']) => {
      const [, version, json] = stored.find(([one]) => one === type)!;
      return { type, data: orderEvents.upcast(type, version, JSON.parse(json) as object).data } as OrderEvent;
    };
    const life = ['OrderPlaced', 'OrderConfirmed', 'OrderAccepted', 'PreparationStarted'] as const;
    expect(fold(orderLife, life.map(read))).toMatchObject({ status: 'preparing', placed: samplePlaced });
  });
});

describe('What is told', () => {
  const told = (before: OrderEvent[], event: OrderEvent) =>
    announcements(orderId, given(...before), before.length, [event], '2026-11-23T03:04:05.678Z');
  const samples = [
    ...told([], facts.placed),
    ...told(ordered.pending, facts.confirmed),
    ...told(ordered.pending, facts.unwanted),
    ...told(ordered.confirmed, facts.cancelled),
    ...told(ordered.completed, refundAsked('a', 1)),
    ...told([...ordered.completed, refundAsked('a', 1)], refundDone('a', 1)),
    ...told([...ordered.completed, refundAsked('a', 1)], refundFailed('a', 1)),
  ];

  it('survives the wire', () => {
    for (const message of samples) {
      const known = message.constructor as unknown as MessageClass;
      expect(new known(JSON.parse(JSON.stringify(message.body)) as never)).toEqual(message);
      expect(known.type).toMatch(/^ordering\.[a-z-]+\.v\d+$/);
    }
  });

  it('is every message of the contract', () => {
    expect(new Set(samples.map((message) => message.constructor))).toEqual(new Set(Object.values(messages)));
  });
});
