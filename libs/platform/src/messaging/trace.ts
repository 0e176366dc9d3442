import { AsyncLocalStorage } from 'node:async_hooks';
import type { Uuid } from '#kernel';
import { ambient as request } from '#platform/observability';

/** What the work at hand belongs to; every message sent meanwhile carries it on. */
export interface Trace {
  /** One for everything that follows from a visitor's request. */
  readonly correlationId: Uuid;
  /** The command or message that is being worked on. */
  readonly causationId?: Uuid;
  readonly requestId?: string;
  readonly traceparent?: string;
}

const ambient = new AsyncLocalStorage<Trace>();

export const currentTrace = (): Trace | undefined => ambient.getStore();

export const withTrace = <T>(trace: Trace, work: () => T): T => ambient.run(trace, work);

/** What a message that follows from a visitor's request says of it. */
export function requestTrace(): Pick<Trace, 'requestId' | 'traceparent'> {
  const now = request();
  return now ? { requestId: now.requestId, traceparent: now.traceparent } : {};
}
