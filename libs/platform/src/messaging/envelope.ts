import type { Message, MessageClass, Uuid } from '#kernel';
import type { Trace } from './trace';

/** What is said about a message beside its body; kept with it in the outbox, on the wire and in the inbox. */
export interface MessageMeta extends Trace {
  /** The context that sent it. */
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  /** Of the type's `.v1`. */
  readonly version: number;
  readonly aggregateId: string;
  readonly aggregateVersion?: number;
}

/** A message as it is stored and sent. */
export interface Envelope<Body extends object = object> {
  readonly id: Uuid;
  readonly type: string;
  readonly key: string;
  readonly body: Body;
  readonly meta: MessageMeta;
}

export const classOf = (message: Message): MessageClass => message.constructor as unknown as MessageClass;

export const typeVersion = (type: string): number => Number(/\.v(\d+)$/.exec(type)?.[1] ?? 1);

export function envelope(message: Message, id: Uuid, source: string, now: Date, trace: Trace): Envelope {
  const { type } = classOf(message);
  const { version: aggregateVersion } = message.body as { version?: unknown };
  return {
    id,
    type,
    key: message.key,
    body: message.body,
    meta: {
      source,
      occurredAt: now.toISOString(),
      version: typeVersion(type),
      aggregateId: message.key,
      ...(typeof aggregateVersion === 'number' && { aggregateVersion }),
      ...trace,
    },
  };
}

/** What follows from a message carries its correlation on and names it as its cause. */
export const followUp = ({ id, meta }: Envelope): Trace => ({
  correlationId: meta.correlationId,
  causationId: id,
  ...(meta.requestId && { requestId: meta.requestId }),
  ...(meta.traceparent && { traceparent: meta.traceparent }),
});
