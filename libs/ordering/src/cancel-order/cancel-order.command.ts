import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { derivedId, type Uuid } from '#kernel';
import type { Actor } from '#event-store';
import { Vault } from '#platform/privacy';
import { Ids } from '#platform/system';
import { OrderNotFound } from '../model/order-errors';
import { Orders } from '../model/orders.store';
import { PersonalValuePlaces } from '../model/personal-value-places.adapter';
import type { DatedOrder } from '../model/dated-order';
import { isOwnedBy, type Reader } from '../model/readers';
import { cancelOrder } from './cancel-order';

/** Cancels an order. `reader` is absent for staff, who are allowed to cancel any order. */
export class CancelOrder extends Command<DatedOrder> {
  constructor(
    readonly orderId: Uuid,
    readonly actor: Actor,
    readonly reason: string | undefined,
    readonly reader?: Reader,
    /** Whether the goods go back into stock. Only staff can set this. If it is absent, the rule decides. */
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
    private readonly places: PersonalValuePlaces,
    private readonly ids: Ids,
  ) {}

  async execute({ orderId, actor, reason, reader, restock }: CancelOrder): Promise<DatedOrder> {
    const before = await this.orders.view(orderId);
    if (reader && !isOwnedBy(before, reader)) throw new OrderNotFound();
    const commandId = this.ids.next();
    const { subject } = before.order.placed;
    const request = {
      by: reader ? ('customer' as const) : ('staff' as const),
      reason: reason
        ? await this.vault.sealWithExistingKey(subject, reason, this.places.of(before.id, 'reason'))
        : null,
      refundId: derivedId(commandId, 'refund'),
      restock,
    };
    return (await this.orders.change({ orderId, commandId, actor }, (order) => cancelOrder(order, request)))!;
  }
}
