import { Counter, Gauge, register } from 'prom-client';

const makeCounter = (name: string, help: string, labelNames: string[]) =>
  (register.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help, labelNames });
const makeGauge = (name: string, help: string, labelNames: string[]) =>
  (register.getSingleMetric(name) as Gauge | undefined) ?? new Gauge({ name, help, labelNames });

const handledCounter = makeCounter(
  'shop_messages_handled_total',
  'Handled messages by outcome: done, retried (a counted attempt), waiting (not counted as an attempt), dead.',
  ['context', 'handler', 'outcome'],
);

export const countHandled = (
  context: string,
  handler: string,
  outcome: 'done' | 'retried' | 'waiting' | 'dead',
): void => handledCounter.inc({ context, handler, outcome });

const overdueCounter = makeCounter('shop_handlers_overdue_total', 'Handlers that were aborted at their time limit.', [
  'context',
  'handler',
]);
export const countOverdue = (context: string, handler: string): void => overdueCounter.inc({ context, handler });

const lostClaimsCounter = makeCounter('shop_claims_lost_total', 'Claims that were lost before the message was done.', [
  'context',
]);
export const countLostClaim = (context: string): void => lostClaimsCounter.inc({ context });

const inboxBelowMarkCounter = makeCounter(
  'shop_inbox_below_mark_total',
  'Open messages below the number up to which all should be done. Each one is a bug.',
  ['context'],
);
export const countInboxBelowMark = (context: string): void => inboxBelowMarkCounter.inc({ context });

export const oldestClaimSeconds = makeGauge('shop_inbox_oldest_claim_seconds', 'The age of the oldest open claim.', [
  'context',
]);
export const failingSeconds = makeGauge(
  'shop_inbox_failing_seconds',
  'Seconds since the oldest first failure of a waiting message.',
  ['context'],
);
export const unhandledMessagesGauge = makeGauge('shop_inbox_unheard', 'Messages that no living build can handle.', [
  'context',
]);
export const heldMessages = makeGauge('shop_inbox_held', 'Messages that are postponed, or parked behind another one.', [
  'context',
]);

export const outboxAgeSeconds = makeGauge('shop_outbox_age_seconds', 'Age of the oldest unsent message.', ['context']);
export const outboxOwed = makeGauge('shop_outbox_owed', 'Messages that are kept for a receiver that is away.', [
  'context',
  'receiver',
]);
export const outboxOwedAgeSeconds = makeGauge(
  'shop_outbox_owed_age_seconds',
  'Age of the oldest message that is kept for a receiver that is away.',
  ['context', 'receiver'],
);
const outboxBelowMarkCounter = makeCounter(
  'shop_outbox_below_mark_total',
  'Unsent messages below the number up to which all should be sent. Each one is a bug.',
  ['context'],
);
export const countOutboxBelowMark = (context: string): void => outboxBelowMarkCounter.inc({ context });
export const inboxLagSeconds = makeGauge('shop_inbox_lag_seconds', 'Age of the oldest unhandled message.', ['context']);
export const inboxWaiting = makeGauge('shop_inbox_waiting', 'Messages not yet handled.', ['context']);
export const deadLetters = makeGauge(
  'shop_dead_letters',
  'Messages that were given up and must be redriven or dropped.',
  ['context'],
);

/** Sets the counters to 0, because alerts on an increase need a first value. */
export function initCounters(context: string): void {
  lostClaimsCounter.inc({ context }, 0);
  inboxBelowMarkCounter.inc({ context }, 0);
}
