import { NO_PROVIDER } from '../model/payment';
import type { PaymentProvider } from '../model/payment-provider';

/**
 * The providers that are switched on. The first provider takes new card payments. The other providers only finish their
 * open payments.
 */
export class Providers {
  private readonly byName: ReadonlyMap<string, PaymentProvider>;

  constructor(private readonly all: readonly PaymentProvider[]) {
    this.byName = new Map(all.map((provider) => [provider.name, provider]));
  }

  get cardProvider(): string {
    return this.all[0]?.name ?? NO_PROVIDER;
  }

  get names(): readonly string[] {
    return this.all.map(({ name }) => name);
  }

  find(name: string): PaymentProvider | undefined {
    return this.byName.get(name);
  }
}
