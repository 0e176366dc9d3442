import { EventBus } from '@nestjs/cqrs';
import { Logger } from '@nestjs/common';
import { NotificationSent } from '#contracts/notifications';
import {
  OrderCancelled,
  OrderConfirmed,
  OrderPaymentReversed,
  OrderRefunded,
  OrderRefundFailed,
  OrderStatusUpdated,
} from '#contracts/ordering';
import { derivedId } from '#kernel';
import { Config } from '#platform/config';
import { InboxEventsHandler } from '#messaging';
import { Vault } from '#platform/privacy';
import { letterContentOf, type LetterMessage } from '../letters/letter-of';
import { Letters } from '../letters/letters.store';
import { recipientKey } from '../letters/recipient-key';
import { HAS_LETTER } from '../letters/status-words';

const messages = [
  ...[OrderConfirmed, OrderCancelled, OrderPaymentReversed, OrderRefunded, OrderRefundFailed],
  OrderStatusUpdated,
];

/**
 * Writes one letter for each event. The letter's id is derived from the order, the event and the order's version, so a
 * repeated message writes no second letter.
 */
@InboxEventsHandler(messages, {
  name: 'write-letter',
  onlyIf: {
    ...Object.fromEntries(messages.map(({ type }) => [type, '$.recipient.email ? (@ != null)'])),
    [OrderStatusUpdated.type]: `$ ? (@.recipient.email != null && ${HAS_LETTER})`,
  },
})
export class WriteWhenOrderChanges {
  private readonly log = new Logger(WriteWhenOrderChanges.name);

  constructor(
    private readonly letters: Letters,
    private readonly vault: Vault,
    private readonly config: Config,
    private readonly eventBus: EventBus,
  ) {}

  async handle(message: LetterMessage): Promise<void> {
    const { orderId, version, recipient } = message.body;
    const content = letterContentOf(message);
    if (!content || !recipient?.email) return; // a guest without an e-mail address gets no letter
    const email = await this.vault.open(recipient.email, { order: orderId, field: 'email' });
    if (typeof email !== 'string')
      return this.log.log(`no letter of order ${orderId}: its address was erased, or cannot be opened`);
    const id = derivedId(orderId, 'letter', content.event, version, 'email');
    const letter = {
      id,
      orderId,
      locale: recipient.locale,
      recipient: { name: recipient.name, email: recipient.email },
      content,
    };
    const bySmtp = this.config.smtpUrl !== undefined;
    const fresh = await this.letters.write(letter, recipientKey(this.config.personalDataKey, email), bySmtp);
    if (fresh && !bySmtp)
      this.eventBus.publish(new NotificationSent({ orderId, event: content.event, channel: 'email' }));
  }
}
