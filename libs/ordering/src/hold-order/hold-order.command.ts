import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import type { Actor } from '#event-store';
import { Vault } from '#platform/privacy';
import { Ids } from '#platform/system';
import type { DatedOrder } from '../model/dated-order';
import { Orders } from '../model/orders.store';
import { PersonalValuePlaces } from '../model/personal-value-places.adapter';
import { holdOrder, resumeOrder } from './hold-order';

/** Staff put an order on hold. */
export class HoldOrder extends Command<DatedOrder> {
  constructor(
    readonly orderId: Uuid,
    readonly actor: Actor,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(HoldOrder)
export class HoldOrderHandler implements ICommandHandler<HoldOrder> {
  constructor(
    private readonly orders: Orders,
    private readonly vault: Vault,
    private readonly places: PersonalValuePlaces,
    private readonly ids: Ids,
  ) {}

  async execute({ orderId, actor, reason }: HoldOrder): Promise<DatedOrder> {
    const { id, order } = await this.orders.view(orderId);
    const sealed = await this.vault.sealWithExistingKey(order.placed.subject, reason, this.places.of(id, 'reason'));
    const change = { orderId, commandId: this.ids.next(), actor };
    return (await this.orders.change(change, (now) => holdOrder(now, sealed)))!;
  }
}

/** Staff end the hold. The order returns to its status before the hold. */
export class ResumeOrder extends Command<DatedOrder> {
  constructor(
    readonly orderId: Uuid,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(ResumeOrder)
export class ResumeOrderHandler implements ICommandHandler<ResumeOrder> {
  constructor(
    private readonly orders: Orders,
    private readonly ids: Ids,
  ) {}

  async execute({ orderId, actor }: ResumeOrder): Promise<DatedOrder> {
    return (await this.orders.change({ orderId, commandId: this.ids.next(), actor }, resumeOrder))!;
  }
}
