import type { ContextName } from '#platform/config';
import type { Envelope } from '../messages/envelope';
import type { Signal } from '../signal';
import { relayRequest, type Delivery, type HandOverResult } from './hand-over.store';

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
    this.value = JSON.stringify(delivery?.request(context, messages) ?? relayRequest(messages));
  }

  /** Call this after the commit, with the statement's column `handed`. It is null if nothing was sent. */
  sent(handed: HandOverResult | null | undefined): void {
    if (!handed) return;
    if (this.delivery) this.delivery.done(this.context, this.messages, handed, this.since);
    else this.relay.raise();
  }
}
