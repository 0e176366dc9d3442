import { OrderRefusal } from './order-errors';
import type { PaymentMethod } from './placed-order';

/** The payment methods that the shop can accept now. Every provider except cash takes cards. */
export function offeredMethods(providers: readonly string[]): readonly PaymentMethod[] {
  const cards = providers.some((name) => name !== 'cash');
  return [...(cards ? (['card'] as const) : []), ...(providers.includes('cash') ? (['cash'] as const) : [])];
}

/** The shop cannot accept this payment method now. The details name the methods that the shop offers. */
export class PaymentMethodUnavailable extends OrderRefusal {
  constructor(method: string, offered: readonly PaymentMethod[]) {
    super(
      'PAYMENT_METHOD_UNAVAILABLE',
      'conflict',
      { method },
      offered.map((value) => ({ field: 'payment.method', message: value, value })),
    );
  }
}

/** Returns the payment method if the shop accepts it now. Otherwise throws PaymentMethodUnavailable. */
export function requireOfferedMethod(method: string, providers: readonly string[]): PaymentMethod {
  const offered = offeredMethods(providers);
  const found = offered.find((each) => each === method);
  if (!found) throw new PaymentMethodUnavailable(method, offered);
  return found;
}
