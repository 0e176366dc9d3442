import type { Message, MessageClass, Uuid } from '#kernel';
import type { Trace } from './trace';

/** Data about a message that is not part of its body. It is stored in outbox and inbox, and sent between them. */
export interface MessageMeta extends Trace {
  /** The context that sent the message. */
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  /** The version in the type's name, such as 1 for `.v1`. */
  readonly version: number;
  readonly aggregateId: string;
  readonly aggregateVersion?: number;
  /** The message's number in the outbox of its source, set at delivery. */
  readonly sequence?: number;
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

export const versionOf = (type: string): number => Number(/\.v(\d+)$/.exec(type)?.[1] ?? 1);

export function makeEnvelope(message: Message, id: Uuid, source: string, now: Date, trace: Trace): Envelope {
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
      version: versionOf(type),
      aggregateId: message.key,
      ...(typeof aggregateVersion === 'number' && { aggregateVersion }),
      ...trace,
    },
  };
}

/** The trace for the messages that a handler sends: the correlation id of the handled message, and its id as cause. */
export const traceAfter = ({ id, meta }: Envelope): Trace => ({
  correlationId: meta.correlationId,
  causationId: id,
  ...(meta.requestId && { requestId: meta.requestId }),
  ...(meta.traceparent && { traceparent: meta.traceparent }),
});

/** Adds the number in the sender's outbox to the meta data, for delivery. */
export const withSequence = <Row extends Envelope & { readonly seq: number }>(row: Row): Row => ({
  ...row,
  meta: { ...row.meta, sequence: row.seq },
});
