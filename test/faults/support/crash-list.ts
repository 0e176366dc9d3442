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

const hearsOf = (handler: string, context: string, ...types: readonly string[]) =>
  types.map((type) => `${handler}/${context}.${type}.v1`);

/** The sagas. They write each step and its messages in one statement. */
const sagas = [
  ...hearsOf('checkout', 'ordering', 'order-placed', 'order-confirmed', 'order-cancelled', 'order-cancellation-requested', 'order-refund-requested', 'checkout-overdue'), // prettier-ignore
  ...hearsOf('checkout', 'inventory', 'stock-reserved', 'stock-short', 'stock-committed', 'stock-released'),
  ...hearsOf('checkout', 'payments', 'payment-taken', 'payment-declined', 'payment-unknown', 'payment-voided'),
  ...hearsOf('refunds', 'ordering', 'order-refund-requested', 'order-refunded'),
  ...hearsOf('refunds', 'payments', 'payment-refunded'),
];

/** Handlers that write everything in one statement. */
const atOnce = [
  ...hearsOf('commit-stock', 'inventory', 'commit-stock'),
  ...hearsOf('take-payment', 'payments', 'take-payment'),
  ...hearsOf('count-sales', 'ordering', 'order-confirmed'),
  ...hearsOf('empty-cart', 'ordering', 'order-placed'),
  ...hearsOf('keep-availability', 'inventory', 'stock-level-changed'),
  ...hearsOf('write-letter', 'ordering', 'order-status-updated'),
  ...hearsOf('earn-points', 'ordering', 'order-status-updated'),
];

/** Handlers that need a transaction. */
const inTransactions = [
  ...hearsOf('reserve-stock', 'inventory', 'reserve-stock'),
  ...hearsOf('release-stock', 'inventory', 'release-stock'),
  ...hearsOf('refill-cart', 'ordering', 'order-cancelled'),
  ...hearsOf('void-payment', 'payments', 'void-payment'),
  ...hearsOf('refund-payment', 'payments', 'refund-payment'),
  ...hearsOf('earn-points', 'ordering', 'order-confirmed'),
  ...hearsOf('take-points-back', 'ordering', 'order-cancelled', 'order-refunded'),
  ...hearsOf('write-letter', 'ordering', 'order-confirmed', 'order-cancelled', 'order-refunded'),
];

/** Handlers that append an event, which is a crash point already, or that write the timeline. */
const others = [
  ...hearsOf('confirm-order', 'ordering', 'confirm-order'),
  ...hearsOf('close-order', 'ordering', 'close-order'),
  ...hearsOf('record-refund', 'ordering', 'record-refund'),
  ...hearsOf('order-timeline', 'inventory', 'stock-reserved', 'stock-short', 'stock-committed', 'stock-released'),
  ...hearsOf('order-timeline', 'payments', 'payment-taken', 'payment-declined', 'payment-unknown', 'payment-voided', 'payment-refunded'), // prettier-ignore
  ...hearsOf('order-timeline', 'customers', 'points-earned', 'points-taken-back'),
  ...hearsOf('order-timeline', 'notifications', 'notification-sent'),
];

const handled = [...sagas, ...atOnce, ...inTransactions, ...others];
const heard = ['cart', 'catalog', 'customers', 'inventory', 'notifications', 'ordering', 'payments'];
const calls = ['charge', 'find', 'void'];
const views = ['order-view', 'order-list', 'sales'];

export const crashPoints: readonly string[] = [
  ...['place-order.cart-read', 'place-order.before-answer'],
  ...events.flatMap((event) => [...at('append.before', event), ...at('append.written', event)]),
  ...['relay.read', 'relay.delivered', 'relay.marked'].flatMap((point) => at(point, ...senders)),
  ...Object.entries(routes).flatMap(([from, tos]) => tos.map((to) => `transport.handed-over@${from}-to-${to}`)),
  ...at('inbox.claimed', ...heard),
  ...at('inbox.taken', ...handled),
  ...at('inbox.before-settle', ...sagas, ...atOnce, ...inTransactions),
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
 * Crash points that are also passed without an order. Accounts, carts and products use the same machinery. A relay that
 * starts takes its token in a transaction.
 */
export const besideCheckouts =
  /@(catalog|identity|cart)$|^transaction\.commit-sent@ordering$|@(catalog|identity)-to-|(welcome-customer|shelve-variant)\/|^(?!(place-order|append|relay|transport|inbox|transaction|timers|payment|refund|webhook|sequencer|sealer|projection|letter)\.)/;
