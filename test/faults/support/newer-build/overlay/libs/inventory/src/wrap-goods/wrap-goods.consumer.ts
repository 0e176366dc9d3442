import { EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { GoodsWrapped, WrapGoods } from '#contracts/inventory';
import { InboxCommandHandler } from '#messaging';

@InboxCommandHandler(WrapGoods, { name: 'wrap-goods', senders: ['ordering'] })
export class WrapWhenAsked implements ICommandHandler<WrapGoods> {
  constructor(private readonly eventBus: EventBus) {}

  async execute({ body: { orderId } }: WrapGoods): Promise<void> {
    this.eventBus.publish(new GoodsWrapped({ orderId }));
  }
}
