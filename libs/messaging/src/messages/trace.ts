import { AsyncLocalStorage } from 'node:async_hooks';
import type { Uuid } from '#kernel';
import { currentRequest } from '#platform/observability';

/** Which request or message caused the current work. Messages that the work sends get this trace. */
export interface Trace {
  /** One id for all messages that follow from one request. */
  readonly correlationId: Uuid;
  /** The command or message that is being handled. */
  readonly causationId?: Uuid;
  readonly requestId?: string;
  readonly traceparent?: string;
}

const storage = new AsyncLocalStorage<Trace>();

export const currentTrace = (): Trace | undefined => storage.getStore();

export const withTrace = <T>(trace: Trace, work: () => T): T => storage.run(trace, work);

/** The part of the trace that comes from the HTTP request. */
export function requestTrace(): Pick<Trace, 'requestId' | 'traceparent'> {
  const current = currentRequest();
  return current ? { requestId: current.requestId, traceparent: current.traceparent } : {};
}
