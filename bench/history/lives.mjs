// Makes whole orders, from the first event to the last. The shop's own rules decide the events.
import { createHash } from 'node:crypto';
import { built } from '../built.mjs';
import { idAt } from './chance.mjs';
import { menu, modifiers } from './menu.mjs';

const { derivedId, vnd } = built('libs/kernel/src/index.js');
const { orderLife } = built('libs/ordering/src/model/order.js');
const { orderNumber } = built('libs/ordering/src/model/order-number.js');
const { placeOrder } = built('libs/ordering/src/place-order/place-order.js');
const { confirmOrder } = built('libs/ordering/src/confirm-order/confirm-order.js');
const { advanceOrder } = built('libs/ordering/src/advance-order/advance-order.js');
const { cancelOrder, closeOrder } = built('libs/ordering/src/cancel-order/cancel-order.js');
const { recordRefund, refundOrder } = built('libs/ordering/src/refund-order/refund-order.js');

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SAIGON_MS = 7 * 60 * MINUTE;
const system = { kind: 'system' };

function someLines(roll, orderId) {
  return Array.from({ length: 1 + Math.min(4, Math.floor(roll.waiting(1.2))) }, (_, index) => {
    const { price, ...item } = roll.one(menu);
    const quantity = 1 + Math.min(5, Math.floor(roll.waiting(0.6)));
    const picked = modifiers
      .filter(() => roll.chance(0.2))
      .map((one) => ({ ...one, quantity: 1, price: vnd(one.price) }));
    const unitPrice = picked.reduce((sum, one) => sum + one.price.amount, price);
    return {
      ...item,
      lineId: derivedId(orderId, 'line', index),
      quantity,
      unitPrice: vnd(unitPrice),
      lineTotal: vnd(unitPrice * quantity),
      modifiers: picked,
    };
  });
}

/** @returns a function that makes one whole order: its id, its cart, and the time, actor and events of each command. */
export function lives(roll, crowd, customers, staff) {
  return (placedAt) => {
    const commandId = idAt(placedAt);
    const orderId = derivedId(commandId, 'order');
    const customer = roll.chance(0.8) ? roll.one(customers) : undefined;
    const person = customer ?? crowd.guest(orderId, placedAt);
    const buyer = customer ? { kind: 'user', id: customer.id } : { kind: 'guest' };
    const bar = { kind: 'staff', id: roll.one(staff) };
    const cart = { cartId: idAt(placedAt - 5 * MINUTE), cartVersion: 1 + roll.below(6) };

    let order = orderLife.initial;
    let at = placedAt;
    let last = commandId;
    const commands = [];
    const act = (delayMs, actor, decide) => {
      at += Math.max(1, Math.round(delayMs));
      const id = commands.length === 0 ? commandId : idAt(at);
      const events = decide(order);
      for (const event of events) order = orderLife.evolve(order, event);
      const correlationId = actor === system ? commandId : id;
      const metadata =
        actor === system
          ? { commandId: id, correlationId, causationId: last, actor }
          : { commandId: id, correlationId, actor, requestId: idAt(at) };
      commands.push({ at, commandId: id, metadata, events });
      last = id;
    };

    const method = roll.chance(0.7) ? 'card' : 'cash';
    const delivery = roll.chance(0.4);
    const seal = (text) => crowd.sealed(person, text);
    act(0, buyer, (before) =>
      placeOrder(before, {
        number: orderNumber(orderId, new Date(placedAt + SAIGON_MS).toISOString()),
        customerId: customer?.id ?? null,
        guestTokenHash: customer
          ? null
          : createHash('sha256')
              .update(Buffer.from(orderId.replaceAll('-', ''), 'hex'))
              .digest('hex'),
        subject: person.id,
        locale: roll.chance(0.9) ? 'vi' : 'en',
        lines: someLines(roll, orderId),
        contact: { name: seal(person.name), phone: seal(person.phone), email: customer ? seal(person.email) : null },
        fulfilment: { type: delivery ? 'delivery' : 'pickup', address: delivery ? seal(crowd.address()) : null },
        payment: { method, token: method === 'card' ? seal('tok_ok') : null, provider: null },
        note: roll.chance(0.2) ? seal(crowd.note()) : null,
        ...cart,
      }),
    );

    const cancel = (by, actor) => (before) =>
      cancelOrder(before, { by, reason: null, refundId: derivedId(actor.id ?? commandId, orderId, 'refund') });
    const refunds = () =>
      'refunds' in order
        ? order.refunds.filter(({ state }) => state === 'requested').map(({ refundId }) => refundId)
        : [];
    const giveBack = () => {
      for (const refundId of refunds())
        act(roll.waiting(3 * SECOND), system, (before) => recordRefund(before, refundId));
    };
    const confirm = () =>
      act(100 + roll.waiting(300), system, (before) =>
        confirmOrder(before, {
          paymentId: derivedId(orderId, 'payment'),
          method,
          provider: method === 'card' ? 'sandbox' : 'cash',
          chargeId: method === 'card' ? `ch_${orderId.slice(-12)}` : null,
          amount: order.placed.total,
        }),
      );

    const fate = roll.next();
    if (fate < 0.04) {
      act(200 + roll.waiting(500), system, (before) =>
        closeOrder(before, roll.chance(0.6) ? 'PAYMENT_DECLINED' : 'OUT_OF_STOCK'),
      );
    } else if (fate < 0.06) {
      act(roll.waiting(5 * SECOND), buyer, cancel('customer', buyer));
      act(roll.waiting(SECOND), system, (before) => closeOrder(before, 'CUSTOMER'));
    } else if (fate < 0.1) {
      confirm();
      if (roll.chance(0.5)) act(roll.waiting(2 * MINUTE), bar, (before) => advanceOrder(before, 'accept'));
      act(roll.waiting(3 * MINUTE), buyer, cancel('customer', buyer));
      giveBack();
    } else {
      confirm();
      act(roll.waiting(2 * MINUTE), bar, (before) => advanceOrder(before, 'accept'));
      act(roll.waiting(4 * MINUTE), bar, (before) => advanceOrder(before, 'prepare'));
      act(roll.waiting(6 * MINUTE), bar, (before) => advanceOrder(before, 'ready'));
      act(roll.waiting((delivery ? 25 : 6) * MINUTE), bar, (before) => advanceOrder(before, 'complete'));
      if (roll.chance(0.04)) {
        const amount = roll.chance(0.5) ? undefined : order.placed.lines[0].unitPrice;
        const refundId = derivedId(orderId, 'refund');
        act(roll.waiting(24 * 60 * MINUTE), bar, (before) =>
          refundOrder(before, { refundId, amount, reason: 'Làm sai món' }),
        );
        giveBack();
      }
    }
    return {
      orderId,
      guest: !customer,
      cart,
      commands,
      version: commands.reduce((sum, { events }) => sum + events.length, 0),
    };
  };
}
