import { isUuid, type Uuid } from '#kernel';

export const processNames = ['checkout', 'refunds'] as const;
export type ProcessName = (typeof processNames)[number];

export interface ProcessRef {
  readonly name: ProcessName;
  readonly orderId: Uuid;
}

/** An order has two processes: `checkout:<order>` and, once money is to go back, `refunds:<order>`. */
export const processId = ({ name, orderId }: ProcessRef): string => `${name}:${orderId}`;

/** An order's bare id names its checkout. Undefined where it is the id of no process. */
export function processRef(id: string): ProcessRef | undefined {
  const colon = id.indexOf(':');
  const name = colon < 0 ? 'checkout' : id.slice(0, colon);
  const known = processNames.find((one) => one === name);
  const order = id.slice(colon + 1).toLowerCase();
  return known && isUuid(order) ? { name: known, orderId: order } : undefined;
}
