import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import type { Actor } from '#event-store';
import { Ids } from '#platform/system';
import { Orders } from '../model/orders.store';
import type { DatedOrder } from '../model/dated-order';
import { advanceOrder, type Step } from './advance-order';

/** A barista moves an order to the next step. */
export class AdvanceOrder extends Command<DatedOrder> {
  constructor(
    readonly orderId: Uuid,
    readonly step: Step,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(AdvanceOrder)
export class AdvanceOrderHandler implements ICommandHandler<AdvanceOrder> {
  constructor(
    private readonly orders: Orders,
    private readonly ids: Ids,
  ) {}

  async execute({ orderId, step, actor }: AdvanceOrder): Promise<DatedOrder> {
    const change = { orderId, commandId: this.ids.next(), actor };
    return (await this.orders.change(change, (order) => advanceOrder(order, step)))!;
  }
}
