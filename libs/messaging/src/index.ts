export { singleStatement, runSingleStatement, type SingleStatement } from './outbox/single-statement';
export { MessageEndpoints } from './outbox/message-endpoints';
export {
  DeadLetters,
  type DeadLetter,
  type DeadLetterFilter,
  type LetterState,
  type OpenMessage,
} from './dead-letters/dead-letters.store';
export { contextMessaging, listedMessages } from './context-messaging.module';
export { ELSEWHERE } from './outbox/elsewhere';
export { type Envelope, type MessageMeta } from './messages/envelope';
export { ClaimLost, NotForThisBuild, RetryLater, Undecodable } from './messages/errors';
export { type Checks, type Prepares } from './messages/handlers';
export { Batcher } from './outbox/batcher';
export { GroupedHandling, groupedStatement } from './outbox/grouped-handling';
export {
  handledBy,
  InboxCommandHandler,
  InboxEventsHandler,
  NO_MESSAGE,
  inboxMetadata,
  type DroppedMessage,
  type InboxOptions,
} from './messages/inbox-handlers';
export { markDoneSql, cancelTimersSql, setTimersSql } from './inbox/inbox.store';
export { Instances } from './instances/instances';
export { type Instance } from './instances/instances.store';
export { LateContexts } from './instances/late-contexts';
export { findLostMessages } from './upkeep/lost';
export { type ReceivedMessage } from './upkeep/lost.store';
export { DatabasesDiffer } from './instances/databases-differ';
export { MessagingModule } from './messaging.module';
export { Outbox } from './outbox/outbox';
export { OutboxPublisher } from './outbox/outbox-publisher';
export {
  HANDED,
  sendingStatement,
  sentOfSql,
  sentSql,
  type HandOverResult,
  type SendingStatement,
  type Way,
} from './hand-over/hand-over.store';
export { Sending } from './hand-over/sending';
export { MessageRegistry } from './messages/registry';
export { relayLeadName } from './outbox/relay';
export { Relays } from './outbox/relays';
export { type Timer, type TimerChange } from './timers/timer';
export { Timers } from './timers/timers';
export { timersToCancel, timersToSet } from './timers/timers.store';
export { currentTrace, requestTrace, withTrace, type Trace } from './messages/trace';
export { Transport } from './outbox/transport';
export { Redeliveries, type Redelivered } from './upkeep/redelivery';
export { type Since } from './upkeep/redelivery.store';
export { SubscriptionAdmin } from './upkeep/subscription-admin';
export { currentUnit, withoutPublishing, checkMayPublish, type Claim, type UnitOfWork } from './inbox/unit-of-work';
