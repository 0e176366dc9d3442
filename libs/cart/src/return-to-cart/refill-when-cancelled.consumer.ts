import type { IEventHandler } from '@nestjs/cqrs';
import { OrderCancelled } from '#contracts/ordering';
import { InboxEventsHandler } from '#messaging';
import { ReturnedLines } from './returns.adapter';

/**
 * Ordering usually returns the lines before it cancels an order. If the cart was unreachable at that moment, this
 * handler returns the lines later.
 */
@InboxEventsHandler([OrderCancelled], { name: 'refill-cart' })
export class RefillWhenCancelled implements IEventHandler<OrderCancelled> {
  constructor(private readonly returns: ReturnedLines) {}

  async handle({ body: { returned } }: OrderCancelled): Promise<void> {
    if (returned) await this.returns.returnLines(returned);
  }
}
