import { DomainError } from '#kernel';
import type { PaymentMethod } from './order';

/** The ways to pay that the shop can take now. Every provider but the counter takes cards. */
export function offeredMethods(providers: readonly string[]): readonly PaymentMethod[] {
  const cards = providers.some((name) => name !== 'cash');
  return [...(cards ? (['card'] as const) : []), ...(providers.includes('cash') ? (['cash'] as const) : [])];
}

/** Nobody can take such a payment now; the details name the ways that are offered. */
export class PaymentMethodUnavailable extends DomainError {
  constructor(method: string, offered: readonly PaymentMethod[]) {
    super(
      'PAYMENT_METHOD_UNAVAILABLE',
      'conflict',
      'The shop does not take this way to pay now. Choose one that is offered.',
      { method },
      offered.map((value) => ({ field: 'payment.method', message: value, value })),
    );
  }
}

/** The method, where the shop takes it now. Throws PaymentMethodUnavailable. */
export function offeredMethod(method: string, providers: readonly string[]): PaymentMethod {
  const offered = offeredMethods(providers);
  const found = offered.find((each) => each === method);
  if (!found) throw new PaymentMethodUnavailable(method, offered);
  return found;
}
