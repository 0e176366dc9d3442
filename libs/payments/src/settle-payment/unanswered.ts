import type { NotAsked } from '../model/payment';
import { NotSent } from '../model/payment-provider';

/**
 * A call without an answer. `no-answer`: the call may have reached the provider. `not-asked`: the call certainly did
 * not reach the provider.
 */
export type Unanswered = { readonly kind: 'no-answer'; readonly reason: string } | NotAsked;

/** Codes of network errors that happen before anything is sent. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** How many levels of nested errors are searched. */
const MAX_DEPTH = 5;

function wasNotSent(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return false;
  if (error instanceof NotSent) return true;
  if ('code' in error && BEFORE_SENDING.has(String(error.code))) return true;
  const errors = error instanceof AggregateError ? error.errors : [];
  return (errors.length > 0 && errors.every((one) => wasNotSent(one, depth + 1))) || wasNotSent(error.cause, depth + 1);
}

/** Whether a failed call may have reached the provider. */
export function classifyFailure(error: unknown): Unanswered {
  const reason = error instanceof Error ? error.message || error.name : String(error);
  return { kind: wasNotSent(error) ? 'not-asked' : 'no-answer', reason };
}

export const providerSwitchedOff = (provider: string): NotAsked => ({
  kind: 'not-asked',
  reason: `the provider ${provider} is switched off`,
  absent: true,
});
