import { type ICommandHandler } from '@nestjs/cqrs';
import { MoneyReturned } from '#contracts/payments';
import { InboxCommandHandler, InboxEventsHandler } from '#messaging';
import { RecordReversal } from '../checkout/checkout-messages';
import { commandOf } from '../model/commands-by-message';
import { Orders } from '../model/orders.store';
import { compareAfterDrop } from '../sagas/after-drop';
import { paymentIdOf, recordReversal } from './reverse-payment';

/** Records that the order's own payment was given back after the order had been closed. */
@InboxCommandHandler(RecordReversal, { name: 'record-reversal', lane: 'order', afterDrop: compareAfterDrop })
export class RecordWhenReversed implements ICommandHandler<RecordReversal> {
  constructor(private readonly orders: Orders) {}

  async execute({ body: { orderId, amount, idempotencyKey } }: RecordReversal): Promise<void> {
    const reversal = { reversalId: paymentIdOf(orderId), amount };
    await this.orders.change(commandOf(orderId, idempotencyKey), (order) => recordReversal(order, reversal));
  }
}

/** Records that the money of a finding about the order was given back, for example of a second charge. */
@InboxEventsHandler([MoneyReturned], { name: 'record-money-returned', lane: 'order' })
export class RecordWhenMoneyReturned {
  constructor(private readonly orders: Orders) {}

  async handle({ body: { orderId, findingId, amount } }: MoneyReturned): Promise<void> {
    const reversal = { reversalId: findingId, amount };
    const command = commandOf(orderId, `money-returned:${findingId}`);
    await this.orders.change(command, (order) => recordReversal(order, reversal));
  }
}
