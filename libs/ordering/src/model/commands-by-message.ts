import { derivedId, type Uuid } from '#kernel';

/**
 * The command for a saga's request. A repeated request has the same command id. So its events are appended only once,
 * even if two deliveries of the request run at the same time.
 */
export const commandOf = (orderId: Uuid, idempotencyKey: string) => ({
  orderId,
  commandId: derivedId(orderId, idempotencyKey),
  actor: { kind: 'system' as const, id: idempotencyKey.split(':')[0] },
  isRequest: true,
});
