import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { derivedId, type Uuid } from '#kernel';
import type { Actor } from '#platform/event-store';
import { Vault } from '#platform/privacy';
import { Ids } from '#platform/system';
import { OrderNotFound } from '../model/order-errors';
import { Orders } from '../model/orders.store';
import { isTheirs, type OrderView, type Reader } from '../view-order/order-view';
import { cancelOrder } from './cancel-order';

/** Somebody wants an order back; `reader` is left out for staff, who may cancel anybody's. */
export class CancelOrder extends Command<OrderView> {
  constructor(
    readonly orderId: Uuid,
    readonly actor: Actor,
    readonly reason: string | undefined,
    readonly reader?: Reader,
    /** Staff decide what becomes of the goods, where the rule does not fit. */
    readonly restock?: boolean,
  ) {
    super();
  }
}

@CommandHandler(CancelOrder)
export class CancelOrderHandler implements ICommandHandler<CancelOrder> {
  constructor(
    private readonly orders: Orders,
    private readonly vault: Vault,
    private readonly ids: Ids,
  ) {}

  async execute({ orderId, actor, reason, reader, restock }: CancelOrder): Promise<OrderView> {
    const seen = await this.orders.view(orderId);
    if (reader && !isTheirs(seen, reader)) throw new OrderNotFound();
    const commandId = this.ids.next();
    const wish = {
      by: reader ? ('customer' as const) : ('staff' as const),
      reason: reason ? await this.vault.seal(seen.order.placed.subject, reason) : null,
      refundId: derivedId(commandId, 'refund'),
      restock,
    };
    return (await this.orders.change({ orderId, commandId, actor }, (order) => cancelOrder(order, wish)))!;
  }
}
