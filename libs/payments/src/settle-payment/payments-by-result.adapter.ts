import { Injectable } from '@nestjs/common';
import { Counter, register } from 'prom-client';
import { PaymentsByResult } from './payments-by-result';

@Injectable()
export class CountedPayments extends PaymentsByResult {
  private readonly counter =
    (register.getSingleMetric('payments_total') as Counter<'result'> | undefined) ??
    new Counter({ name: 'payments_total', help: 'Payments by result', labelNames: ['result'] });

  count(result: string): void {
    this.counter.inc({ result });
  }
}
