import { Injectable } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import type { Message, Uuid } from '#kernel';
import { commandOf } from '../model/commands-by-message';
import type { DatedOrder } from '../model/dated-order';
import type { Order, OrderEvent } from '../model/order';
import { Orders } from '../model/orders.store';

export interface OwnRequest {
  readonly orderId: Uuid;
  readonly idempotencyKey: string;
}

/** Carries out what a saga asks its own context to do. */
@Injectable()
export class OwnRequests {
  constructor(
    private readonly orders: Orders,
    private readonly eventBus: EventBus,
  ) {}

  /**
   * The saga gets its answer from the appended events. If there is nothing left to append, perhaps an earlier answer
   * was lost. Then the saga gets the message that `answerAgain` returns.
   */
  async carryOut(
    { orderId, idempotencyKey }: OwnRequest,
    decide: (order: Order) => readonly OrderEvent[],
    answerAgain: (view: DatedOrder) => Message | undefined,
  ): Promise<void> {
    let nothingLeft = false;
    const view = await this.orders.change(commandOf(orderId, idempotencyKey), (order) => {
      const events = decide(order);
      nothingLeft = events.length === 0;
      return events;
    });
    const answer = nothingLeft && view ? answerAgain(view) : undefined;
    if (answer) this.eventBus.publish(answer);
  }
}
