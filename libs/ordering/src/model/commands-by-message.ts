import { derivedId, type Uuid } from '#kernel';

/**
 * The command that a process's request is: the same for the same request however often it is sent, so that it appends
 * once, also should it be decided twice on the same version.
 */
export const commandOf = (orderId: Uuid, idempotencyKey: string) => ({
  orderId,
  commandId: derivedId(orderId, idempotencyKey),
  actor: { kind: 'system' as const, id: idempotencyKey.split(':')[0] },
});
