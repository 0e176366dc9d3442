import { derivedId, type Uuid } from '#kernel';

/**
 * The command of a saga's request. Its id is the same however often the request is sent. So the request appends only
 * once, even if it is decided twice on the same version.
 */
export const commandOf = (orderId: Uuid, idempotencyKey: string) => ({
  orderId,
  commandId: derivedId(orderId, idempotencyKey),
  actor: { kind: 'system' as const, id: idempotencyKey.split(':')[0] },
  isRequest: true,
});
