import type { ContextName } from '#platform/config';
import type { Envelope } from '../messages/envelope';
import type { Signal } from '../signal';
import { relayRequest, type Delivery, type HandOverResult, type Way } from './hand-over.store';

/** The messages that one statement sends. */
export class Sending {
  readonly way: Way;
  /** The parameter for `sentSql`. */
  readonly value: string;
  private readonly since = performance.now();

  constructor(
    private readonly context: ContextName,
    private readonly messages: readonly Envelope[],
    private readonly relay: Signal,
    private readonly delivery?: Delivery,
  ) {
    const request = delivery?.request(context, messages) ?? relayRequest(messages);
    this.way = request.direct ? 'direct' : 'relay';
    this.value = JSON.stringify(request);
  }

  /** Call this after the commit, with the statement's column `handed`. The column is null if nothing was sent. */
  sent(handed: HandOverResult | null | undefined): void {
    if (!handed) return;
    if (this.delivery) this.delivery.done(this.context, this.messages, handed, this.since);
    else this.relay.raise();
  }
}
