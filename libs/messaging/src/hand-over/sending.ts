import type { ContextName } from '#platform/config';
import type { Envelope } from '../messages/envelope';
import type { Signal } from '../signal';
import type { Delivery, HandOverRequest, HandOverResult } from './hand-over.store';
import { LEASE_MS } from './lease';

/** The messages that one statement sends. */
export class Sending {
  /** The parameter for `handOverSql`. */
  readonly value: string;
  private readonly since = performance.now();

  constructor(
    private readonly context: ContextName,
    private readonly messages: readonly Envelope[],
    private readonly relay: Signal,
    private readonly delivery?: Delivery,
  ) {
    const request: HandOverRequest = delivery?.request(context, messages) ?? {
      ...{ messages, receivers: {}, relayed: [], leaseMs: LEASE_MS },
    };
    this.value = JSON.stringify(request);
  }

  /** Call this after the commit, with the statement's column `handed`. It is null if nothing was sent. */
  sent(handed: HandOverResult | null | undefined): void {
    if (!handed) return;
    if (this.delivery) this.delivery.done(this.context, this.messages, handed, this.since);
    else this.relay.raise();
  }
}
