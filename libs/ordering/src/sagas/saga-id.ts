import { isUuid, type Uuid } from '#kernel';

export const sagaNames = ['checkout', 'refunds'] as const;
export type SagaName = (typeof sagaNames)[number];

export interface SagaRef {
  readonly name: SagaName;
  readonly orderId: Uuid;
}

/** An order has two sagas: `checkout:<order>`, and `refunds:<order>` as soon as money must go back. */
export const sagaId = ({ name, orderId }: SagaRef): string => `${name}:${orderId}`;

/**
 * The saga that an id names. The id of an order names the checkout of that order. Undefined if the id names no saga.
 */
export function parseSagaId(id: string): SagaRef | undefined {
  const colon = id.indexOf(':');
  const name = colon < 0 ? 'checkout' : id.slice(0, colon);
  const knownName = sagaNames.find((one) => one === name);
  const order = id.slice(colon + 1).toLowerCase();
  return knownName && isUuid(order) ? { name: knownName, orderId: order } : undefined;
}
