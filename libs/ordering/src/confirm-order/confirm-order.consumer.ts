import { InboxCommandHandler } from '#messaging';
import { type ICommandHandler } from '@nestjs/cqrs';
import { ConfirmOrder } from '../checkout/checkout-messages';
import { OwnRequests } from '../sagas/own-requests.adapter';
import { compareAfterDrop } from '../sagas/after-drop';
import { confirmOrder } from './confirm-order';
import { answerIfNotConfirmed } from './answer-if-not-confirmed';

@InboxCommandHandler(ConfirmOrder, { name: 'confirm-order', lane: 'order', afterDrop: compareAfterDrop })
export class ConfirmWhenCheckedOut implements ICommandHandler<ConfirmOrder> {
  constructor(private readonly requests: OwnRequests) {}

  async execute({ body }: ConfirmOrder): Promise<void> {
    await this.requests.carryOut(body, (order) => confirmOrder(order, body.payment), answerIfNotConfirmed);
  }
}
