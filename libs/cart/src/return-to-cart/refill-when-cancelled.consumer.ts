import type { IEventHandler } from '@nestjs/cqrs';
import { OrderCancelled } from '#contracts/ordering';
import { Hears } from '#platform/messaging';
import { Returns } from './returns.adapter';

/** Ordering gives the lines back before it cancels. This makes up for it when the cart was away at that moment. */
@Hears(OrderCancelled)
export class RefillWhenCancelled implements IEventHandler<OrderCancelled> {
  static readonly handler = 'refill-cart';

  constructor(private readonly returns: Returns) {}

  async handle({ body: { returned } }: OrderCancelled): Promise<void> {
    if (returned) await this.returns.takeBack(returned);
  }
}
