/** payments_total{result}, counted when a payment reaches an end. */
export abstract class PaymentsByResult {
  abstract count(result: string): void;
}
