/** The metric payments_total{result}. It counts each change of a payment's state. */
export abstract class PaymentsByResult {
  abstract count(result: string): void;
}
