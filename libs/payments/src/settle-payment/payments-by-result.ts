/** payments_total{result}, counted as payments come to a rest. */
export abstract class PaymentsByResult {
  abstract count(result: string): void;
}
