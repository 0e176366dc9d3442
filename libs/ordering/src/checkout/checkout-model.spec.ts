import fc from 'fast-check';
import { fold, vnd, type Message } from '#kernel';
import {
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  OrderRefundRequested,
} from '#contracts/ordering';
import {
  CommitStock,
  ReleaseStock,
  ReserveStock,
  StockCommitRefused,
  StockCommitted,
  StockReleased,
  StockReserved,
  StockShort,
} from '#contracts/inventory';
import {
  PaymentDeclined,
  PaymentRefunded,
  PaymentTaken,
  PaymentUnknown,
  PaymentVoided,
  RefundPayment,
  TakePayment,
  VoidPayment,
} from '#contracts/payments';
import { cancelOrder, closeOrder } from '../cancel-order/cancel-order';
import { confirmOrder } from '../confirm-order/confirm-order';
import {
  orderReducer,
  totalRefunded,
  reversedTotal,
  type Order,
  type OrderEvent,
  type PlacedState,
} from '../model/order';
import { announcements } from '../model/order-announcements';
import type { DatedOrder } from '../model/dated-order';
import { facts, orderId } from '../model/order-samples';
import { recordRefund, refundOrder } from '../refund-order/refund-order';
import { CompareRefunds, RecordRefund } from '../refund-order/refunds-messages';
import { reactToRefundMessage, type RefundsMessage } from '../refund-order/refunds';
import { areAllDone, noRefunds } from '../refund-order/refunds-steps';
import { recordReversal } from '../reverse-payment/reverse-payment';
import { comparisonsOf } from '../void-event/review-order';
import { react } from './checkout';
import {
  CheckoutOverdue,
  CheckoutWaits,
  CloseOrder,
  CompareCheckout,
  ConfirmOrder,
  RecordReversal,
  RetryCheckout,
  ReviewOrder,
} from './checkout-messages';
import type { CheckoutMessage } from './checkout-moves';
import { isOver, initialCheckout } from './checkout-steps';

type Place = 'ordering' | 'checkout' | 'refunds' | 'stock' | 'payments';
const routes: [Place, readonly (new (body: never) => Message)[]][] = [
  ['ordering', [ConfirmOrder, CloseOrder, RecordRefund, RecordReversal, ReviewOrder]],
  ['stock', [ReserveStock, CommitStock, ReleaseStock]],
  ['payments', [TakePayment, VoidPayment, RefundPayment]],
  [
    'checkout',
    [
      ...[OrderPlaced, OrderConfirmed, OrderCancelled, OrderCancellationRequested],
      ...[StockReserved, StockShort, StockCommitted, StockCommitRefused, StockReleased],
      ...[PaymentTaken, PaymentDeclined, PaymentUnknown, PaymentVoided, CompareCheckout],
    ],
  ],
];
const placeOf = (message: Message): Place =>
  routes.find(([, types]) => types.some((type) => message instanceof type))?.[0] ?? 'refunds';

/** Both sagas get a refund request: the saga of the refunds gives back the money, the checkout gives back the goods. */
const placesOf = (message: Message): readonly Place[] =>
  message instanceof OrderRefundRequested ? ['refunds', 'checkout'] : [placeOf(message)];

const stockLines = [
  { sku: 'a1', quantity: 2 },
  { sku: 'b2', quantity: 1 },
];

interface Fate {
  readonly cash: boolean;
  readonly short: boolean;
  readonly commitRefused: boolean;
  readonly pays: 'taken' | 'declined' | 'unknown, taken' | 'unknown, nothing';
  /**
   * The numbers of deliveries after which a cancellation is requested, and after which the checkout is overdue. Null
   * means never.
   */
  readonly cancelAfter: number | null;
  readonly overdueAfter: number | null;
  /** The number of deliveries after which staff end the order with a refund. Null if staff make no refund. */
  readonly refundAfter?: number | null;
  readonly refund?: { readonly amount: number; readonly restock: boolean };
  /**
   * For each delivery: the queue that delivers next, and whether the message is delivered once more. With `isLost`, the
   * message is lost if it is a request of the checkout.
   */
  readonly picks: readonly { readonly queue: number; readonly twice: boolean; readonly isLost?: boolean }[];
  /**
   * The messages of the order to its sagas that are lost for good, by their position among all messages of this kind.
   */
  readonly forgotten?: readonly number[];
}

/**
 * A very small shop. A queue between two places keeps the order of its messages. The queues deliver in any order. Any
 * message can be delivered a second time later.
 */
class TinyShop {
  readonly queues = new Map<string, Message[]>();
  stream: OrderEvent[] = [];
  checkout = initialCheckout;
  refunds = noRefunds;
  shelf = 10;
  reserved: 'nothing' | 'reserved' | 'committed' | 'released' | 'short' = 'nothing';
  charges = 0;
  kept = 0;
  /**
   * The money that was given back when the payment was voided. Every later answer to VoidPayment reports this money
   * again.
   */
  reversed = 0;
  payment: 'none' | 'unknown' | 'taken' | 'declined' | 'voided' = 'none';
  owed = false;
  readonly given = new Set<string>();
  retries = 0;

  constructor(private readonly fate: Fate) {}

  send(from: Place, messages: readonly Message[]): void {
    for (const message of messages) {
      for (const place of placesOf(message)) {
        const lane = `${from} → ${place}`;
        this.queues.set(lane, [...(this.queues.get(lane) ?? []), message]);
      }
    }
  }

  append(decide: (order: Order) => readonly OrderEvent[]): void {
    const before = fold(orderReducer, this.stream);
    const events = decide(before);
    this.send('ordering', announcements(orderId, before, this.stream.length, events, '2026-11-23T03:04:05.678Z'));
    this.stream = [...this.stream, ...events];
  }

  cancel(): void {
    try {
      this.append((order) => cancelOrder(order, { by: 'customer', reason: null, refundId: 'cancelled' }));
    } catch {
      // too late
    }
  }

  refund(): void {
    const { amount, restock } = this.fate.refund ?? { amount: 100_000, restock: true };
    const request = { refundId: 'refunded', reason: 'staff', amount: vnd(amount), end: true, restock };
    try {
      this.append((order) => refundOrder(order, request));
    } catch {
      // nothing was paid, or the order has ended
    }
  }

  deliver(message: Message, place: Place): void {
    switch (place) {
      case 'ordering':
        return this.ordering(message);
      case 'stock':
        return this.send('stock', this.stock(message));
      case 'payments':
        return this.send('payments', this.pay(message));
      case 'checkout': {
        const reaction = react(this.checkout, message as CheckoutMessage, 900);
        this.checkout = reaction.state;
        return this.send('checkout', reaction.asks);
      }
      case 'refunds': {
        if (!('refundId' in message.body) && !(message instanceof CompareRefunds)) return;
        const reaction = reactToRefundMessage(this.refunds, message as RefundsMessage);
        this.refunds = reaction.state;
        return this.send('refunds', reaction.asks);
      }
    }
  }

  /** The timer of the checkout fires. The checkout repeats its request if it still waits. */
  wait(): void {
    const reaction = react(this.checkout, new CheckoutWaits({ orderId, asked: 0 }), 900);
    this.checkout = reaction.state;
    this.send('checkout', reaction.asks);
  }

  /** Staff retry a parked checkout. */
  retryParked(): void {
    if (!('parked' in this.checkout)) return;
    this.retries += 1;
    const reaction = react(this.checkout, new RetryCheckout({ orderId, by: 'admin', reason: null }), 900);
    this.checkout = reaction.state;
    this.send('checkout', reaction.asks);
  }

  /** Compares the order with its sagas. */
  compare(): void {
    const order = fold(orderReducer, this.stream);
    if (order.status === 'unplaced') return;
    const view = { id: orderId, version: this.stream.length, order } as DatedOrder;
    const refunds = Object.keys(this.refunds.refunds).length > 0 ? this.refunds : undefined;
    this.send('ordering', Object.values(comparisonsOf(view, { checkout: this.checkout, refunds })));
  }

  overdue(): void {
    const reaction = react(this.checkout, new CheckoutOverdue({ orderId }), 900);
    this.checkout = reaction.state;
    this.send('checkout', reaction.asks);
  }

  private ordering(message: Message): void {
    if (message instanceof ReviewOrder) this.compare();
    if (message instanceof ConfirmOrder) this.append((order) => confirmOrder(order, message.body.payment));
    if (message instanceof CloseOrder) {
      const { code, reversed: amount } = message.body;
      this.append((order) => closeOrder(order, code, amount && { reversalId: 'p1', amount }));
    }
    if (message instanceof RecordReversal)
      this.append((order) => recordReversal(order, { reversalId: 'p1', amount: message.body.amount }));
    if (message instanceof RecordRefund) this.append((order) => recordRefund(order, message.body.refundId));
  }

  private stock(message: Message): Message[] {
    const lines = stockLines;
    if (message instanceof ReserveStock) {
      if (this.reserved === 'nothing') this.reserved = this.fate.short ? 'short' : 'reserved';
      if (this.reserved === 'short') return [new StockShort({ orderId, short: [] })];
      return this.reserved === 'reserved' ? [new StockReserved({ orderId, lines })] : [];
    }
    if (message instanceof CommitStock) {
      if (this.reserved === 'reserved' && !this.fate.commitRefused) {
        this.reserved = 'committed';
        this.shelf -= 3;
      }
      return this.reserved === 'committed'
        ? [new StockCommitted({ orderId, lines })]
        : [new StockCommitRefused({ orderId, reason: 'gone' })];
    }
    const restocked = this.reserved === 'committed' && !(message as ReleaseStock).body.waste;
    if (restocked) this.shelf += 3;
    this.reserved = 'released';
    return [new StockReleased({ orderId, lines: [], restocked })];
  }

  private pay(message: Message): Message[] {
    const { pays, cash } = this.fate;
    const about = { orderId, paymentId: 'p1' };
    const taken = new PaymentTaken({
      ...about,
      amount: vnd(100_000),
      method: cash ? 'cash' : 'card',
      provider: 'sandbox',
      chargeId: null,
    });
    if (message instanceof TakePayment) {
      if (cash) {
        if (this.payment === 'none') this.payment = 'taken';
        this.owed = this.payment === 'taken';
        return this.payment === 'taken' ? [taken] : [];
      }
      if (this.payment === 'none') {
        if (pays !== 'declined' && pays !== 'unknown, nothing') this.charge();
        this.payment = pays === 'taken' ? 'taken' : pays === 'declined' ? 'declined' : 'unknown';
      } else if (this.payment === 'unknown') {
        this.payment = pays === 'unknown, taken' ? 'taken' : 'declined';
      }
      if (this.payment === 'taken') return [taken];
      if (this.payment === 'declined') return [new PaymentDeclined({ ...about, code: 'declined', reason: 'no' })];
      return this.payment === 'unknown' ? [new PaymentUnknown({ ...about, attempts: 1 })] : [];
    }
    if (message instanceof VoidPayment) {
      if (!cash) this.reversed += this.kept;
      this.kept = 0;
      this.owed = false;
      this.payment = 'voided';
      return [new PaymentVoided({ orderId, refunded: vnd(this.reversed) })];
    }
    const { refundId, amount } = (message as RefundPayment).body;
    if (!this.given.has(refundId)) this.kept -= amount.amount;
    this.given.add(refundId);
    return [new PaymentRefunded({ orderId, refundId, amount })];
  }

  private charge(): void {
    this.charges += 1;
    this.kept += 100_000;
  }
}

/** At most this many requests of the checkout are lost. Later requests are all delivered. */
const MAX_LOSSES = 40;

function run(fate: Fate): TinyShop {
  const shop = new TinyShop(fate);
  shop.append(() => [fate.cash ? facts.placedForCash : facts.placed]);
  let delivered = 0;
  let lossesLeft = MAX_LOSSES;
  let sentToSagas = 0;
  for (let quietRounds = 0; quietRounds < 8;) {
    if (delivered === fate.cancelAfter) shop.cancel();
    if (delivered === fate.overdueAfter) shop.overdue();
    if (delivered === fate.refundAfter) shop.refund();
    const busy = [...shop.queues].filter(([, queue]) => queue.length > 0);
    if (busy.length === 0) {
      quietRounds += 1; // no message is on its way, so time passes and timers fire
      delivered += 1;
      shop.wait();
      shop.retryParked();
      if (fate.forgotten) shop.compare();
      if (shop.retries > 0 && !isOver(shop.checkout)) quietRounds = 0;
      continue;
    }
    const { queue, twice, isLost } = fate.picks[delivered % fate.picks.length];
    const [lane, messages] = busy[queue % busy.length];
    const [message, ...rest] = messages;
    shop.queues.set(lane, rest);
    if (isLost && lane.startsWith('checkout') && lossesLeft > 0) {
      lossesLeft -= 1;
      quietRounds = 0;
      delivered += 1;
      continue;
    }
    const toSaga = lane === 'ordering → checkout' || lane === 'ordering → refunds';
    if (toSaga && fate.forgotten?.includes(sentToSagas++)) {
      quietRounds = 0;
      delivered += 1;
      continue;
    }
    shop.deliver(message, lane.split(/ → |, /)[1] as Place);
    const again = `${lane}, again`;
    if (twice && !lane.endsWith('again')) shop.queues.set(again, [...(shop.queues.get(again) ?? []), message]);
    delivered += 1;
    if (delivered > 20_000) throw new Error('messages are still on their way after 20,000 deliveries');
  }
  return shop;
}

const moment = fc.option(fc.integer({ min: 0, max: 25 }));
const fates: fc.Arbitrary<Fate> = fc.record({
  cash: fc.boolean(),
  short: fc.boolean(),
  commitRefused: fc.boolean(),
  pays: fc.constantFrom('taken', 'declined', 'unknown, taken', 'unknown, nothing'),
  cancelAfter: moment,
  overdueAfter: moment,
  refundAfter: moment,
  refund: fc.record({ amount: fc.integer({ min: 1, max: 100_000 }), restock: fc.boolean() }),
  picks: fc.array(fc.record({ queue: fc.nat(7), twice: fc.boolean(), isLost: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  }),
});

function expectValidEnd(fate: Fate): void {
  const shop = run(fate);
  const order = fold(orderReducer, shop.stream);
  expect(isOver(shop.checkout)).toBe(true);
  expect(areAllDone(shop.refunds)).toBe(true);
  expect(shop.charges).toBeLessThanOrEqual(1);
  if (order.status === 'confirmed') {
    expect(shop.checkout.step).toBe('confirmed');
    expect(shop).toMatchObject({ shelf: 7, kept: fate.cash ? 0 : 100_000, owed: fate.cash });
  } else if (order.status === 'refunded') {
    const { amount, restock } = fate.refund!;
    expect(shop.checkout.step).toBe('undone');
    expect(shop).toMatchObject({ shelf: restock ? 10 : 7, kept: 100_000 - amount, reserved: 'released' });
  } else {
    expect(order.status).toBe('cancelled');
    expect(['given-up', 'undone']).toContain(shop.checkout.step);
    expect(shop).toMatchObject({ shelf: 10, kept: 0, owed: false });
    expect(shop.reserved === 'reserved' || shop.reserved === 'committed').toBe(false);
    // The order reports all money that was taken and given back before it counted as paid.
    expect(reversedTotal(order as PlacedState).amount).toBe(shop.reversed);
    if ('paid' in order && order.paid.amount > 0) expect(totalRefunded(order)).toEqual(order.paid);
  }
}

describe('In every sequence of messages and losses', () => {
  it('a checkout reaches a valid end state: paid with the goods taken off the shelf, or cancelled with everything given back', () => {
    fc.assert(fc.property(fates, expectValidEnd), { numRuns: 2_000 });
  });

  it('a checkout reaches a valid end state even if messages of the order are lost, because the order is compared with its sagas', () => {
    const forgotten = fc.array(fc.nat(12), { maxLength: 4 });
    fc.assert(
      fc.property(fates, forgotten, (fate, lost) => expectValidEnd({ ...fate, forgotten: lost })),
      { numRuns: 1_000 },
    );
  });

  it('a checkout with stock, a good card and no cancellation is confirmed', () => {
    const shop = run({
      cash: false,
      short: false,
      commitRefused: false,
      pays: 'unknown, taken',
      cancelAfter: null,
      overdueAfter: null,
      picks: [{ queue: 0, twice: true }],
    });
    expect(shop.checkout.step).toBe('confirmed');
    expect(shop.charges).toBe(1);
  });

  it('a checkout whose requests are lost for a long time is parked, retried, and still reaches its end', () => {
    const common = { cash: false, short: false, commitRefused: true, pays: 'taken' as const, cancelAfter: 3 };
    const shop = run({ ...common, overdueAfter: null, picks: [{ queue: 0, twice: false, isLost: true }] });
    expect(shop.retries).toBeGreaterThan(1);
    expect(shop.checkout.step).toBe('given-up');
    expect(shop).toMatchObject({ shelf: 10, kept: 0 });
  });
});
