/**
 * The crash points that a checkout passes: the name of the point, `@`, and the step. kill-matrix.e2e-spec.ts first checks
 * that ordinary orders pass all of these points and no others. Then it kills the shop at each point.
 */
const at = (name: string, ...steps: readonly string[]) => steps.map((step) => `${name}@${step}`);

const events = ['OrderPlaced', 'OrderConfirmed', 'CancellationRequested', 'OrderCancelled', 'OrderRefunded'];

/** The contexts that send messages, and their receivers. */
const routes: Readonly<Record<string, readonly string[]>> = {
  ordering: ['cart', 'catalog', 'customers', 'inventory', 'notifications', 'ordering', 'payments'],
  inventory: ['catalog', 'ordering'],
  payments: ['ordering'],
  customers: ['ordering'],
  notifications: ['ordering'],
};
const senders = Object.keys(routes);

const handlerPoints = (handler: string, context: string, ...types: readonly string[]) =>
  types.map((type) => `${handler}/${context}.${type}.v1`);

/** The sagas. They write each step and its messages in one statement. */
const sagas = [
  ...handlerPoints('checkout', 'ordering', 'order-placed', 'order-cancelled', 'order-cancellation-requested', 'order-refund-requested', 'checkout-overdue'), // prettier-ignore
  ...handlerPoints('checkout', 'inventory', 'stock-reserved', 'stock-short', 'stock-committed', 'stock-released'),
  ...handlerPoints('checkout', 'payments', 'payment-taken', 'payment-declined', 'payment-unknown', 'payment-voided'),
  ...handlerPoints('refunds', 'ordering', 'order-refund-requested', 'order-refunded'),
  ...handlerPoints('refunds', 'payments', 'payment-refunded'),
];

/** Handlers that write everything in one statement. */
const inOneStatement = [
  ...handlerPoints('commit-stock', 'inventory', 'commit-stock'),
  ...handlerPoints('take-payment', 'payments', 'take-payment'),
  ...handlerPoints('count-sales', 'ordering', 'order-confirmed'),
  ...handlerPoints('empty-cart', 'ordering', 'order-placed'),
  ...handlerPoints('keep-availability', 'inventory', 'stock-level-changed'),
  ...handlerPoints('order-timeline', 'customers', 'points-earned', 'points-taken-back'),
  ...handlerPoints('order-timeline', 'notifications', 'notification-sent'),
];

/** Handlers that need a transaction. */
const inTransactions = [
  ...handlerPoints('reserve-stock', 'inventory', 'reserve-stock'),
  ...handlerPoints('release-stock', 'inventory', 'release-stock'),
  ...handlerPoints('refill-cart', 'ordering', 'order-cancelled'),
  ...handlerPoints('void-payment', 'payments', 'void-payment'),
  ...handlerPoints('refund-payment', 'payments', 'refund-payment'),
  ...handlerPoints('earn-points', 'ordering', 'order-confirmed'),
  ...handlerPoints('take-points-back', 'ordering', 'order-cancelled', 'order-refunded'),
  ...handlerPoints('write-letter', 'ordering', 'order-confirmed', 'order-cancelled', 'order-refunded'),
];

/** Handlers that append an event. The append itself has crash points. */
const others = [
  ...handlerPoints('close-order', 'ordering', 'close-order'),
  ...handlerPoints('record-refund', 'ordering', 'record-refund'),
];

const handled = [...sagas, ...inOneStatement, ...inTransactions, ...others];
const inboxes = ['cart', 'catalog', 'customers', 'inventory', 'notifications', 'ordering', 'payments'];
const calls = ['charge', 'find', 'void'];
const views = ['order-view', 'order-list', 'sales'];

/** How messages are delivered between contexts in one database (decision 44). */
export type Delivery = 'direct' | 'relay';

const deliveryPoints: Readonly<Record<Delivery, readonly string[]>> = {
  direct: at('hand-over.committed', ...senders),
  relay: [
    ...['relay.read', 'relay.delivered', 'relay.marked'].flatMap((point) => at(point, ...senders)),
    ...Object.entries(routes).flatMap(([from, receivers]) =>
      receivers.map((to) => `transport.handed-over@${from}-to-${to}`),
    ),
    ...at('inbox.claimed', ...inboxes),
  ],
};

export const crashPointsOf = (delivery: Delivery): readonly string[] => [
  ...deliveryPoints[delivery],
  ...['place-order.cart-read', 'place-order.before-answer'],
  ...events.flatMap((event) => [...at('append.before', event), ...at('append.written', event)]),
  ...at('inbox.taken', ...handled),
  ...at('inbox.before-settle', ...sagas, ...inOneStatement, ...inTransactions),
  ...at('inbox.before-commit', ...inTransactions),
  ...at('inbox.settled', ...handled),
  ...at('transaction.commit-sent', 'customers', 'inventory', 'notifications', 'payments'),
  ...at('timers.fired', 'ordering'),
  ...['payment.before-call', 'payment.after-call', 'payment.recorded'].flatMap((point) => at(point, ...calls)),
  ...at('payment.claimed', ...calls),
  ...['refund.claimed', 'refund.before-call', 'refund.after-call', 'refund.recorded'],
  ...['webhook.received', 'webhook.before-commit', 'webhook.heard', 'webhook.answered'],
  ...['sequencer.read', 'sequencer.numbered', 'sealer.signed', 'sealer.sealed'],
  ...['projection.folded', 'projection.moved'].flatMap((point) => at(point, ...views)),
  ...['letter.claimed', 'letter.sent', 'letter.marked'],
];

/**
 * Crash points that are passed without an order, or not for every order. Accounts, carts and products use the same
 * machinery. When a relay starts, it takes its token in a transaction. With hand-over, a few messages still go through
 * the relay, and are then claimed from the inbox. The checkout sends `ConfirmOrder` only if it cannot confirm the order
 * in the statement of its own step.
 */
export const besideCheckouts =
  /@(catalog|identity|cart)$|^(relay|transport)\.|^inbox\.claimed|^transaction\.commit-sent@ordering$|@(catalog|identity)-to-|(welcome-customer|shelve-variant|confirm-order)\/|^inbox\.[a-z-]+@checkout\/ordering\.order-confirmed|^(?!(place-order|append|hand-over|relay|transport|inbox|transaction|timers|payment|refund|webhook|sequencer|sealer|projection|letter)\.)/;
