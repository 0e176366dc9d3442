export { LogSubscriptions } from './log-subscriptions';
export { type LogSubscription } from './subscription';
