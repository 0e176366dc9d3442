import { AsyncLocalStorage } from 'node:async_hooks';
import type { Uuid } from '#kernel';
import { ambient as request } from '#platform/observability';

/** What the current work belongs to. Every message that the work sends carries the same trace. */
export interface Trace {
  /** One id for everything that follows from a visitor's request. */
  readonly correlationId: Uuid;
  /** The command or message that is being handled. */
  readonly causationId?: Uuid;
  readonly requestId?: string;
  readonly traceparent?: string;
}

const ambient = new AsyncLocalStorage<Trace>();

export const currentTrace = (): Trace | undefined => ambient.getStore();

export const withTrace = <T>(trace: Trace, work: () => T): T => ambient.run(trace, work);

/** The part of the trace that comes from the visitor's request. */
export function requestTrace(): Pick<Trace, 'requestId' | 'traceparent'> {
  const now = request();
  return now ? { requestId: now.requestId, traceparent: now.traceparent } : {};
}
