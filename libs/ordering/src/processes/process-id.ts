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
  const [name, orderId] = id.includes(':') ? id.split(':', 2) : ['checkout', id];
  const known = processNames.find((one) => one === name);
  const order = orderId.toLowerCase();
  return known && isUuid(order) ? { name: known, orderId: order } : undefined;
}
