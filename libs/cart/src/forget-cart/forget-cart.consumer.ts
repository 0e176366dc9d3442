import { EventBus } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import { ContextErased, PersonErased } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Carts } from '../model/carts.store';
import { cartIdOf } from '../model/owner';

/** Empties the cart of an erased person. The row stays, so that its version never starts at 1 again. */
@InboxEventsHandler([PersonErased], { name: 'forget-cart' })
export class ForgetCart {
  constructor(
    private readonly carts: Carts,
    private readonly eventBus: EventBus,
  ) {}

  async handle({ body: { erasureId, subject, kind, cartId } }: PersonErased): Promise<void> {
    const id = kind === 'customer' ? cartIdOf({ kind: 'user', userId: subject }) : cartId;
    if (id) await this.carts.empty(id);
    if (kind === 'customer') await this.carts.close(cartIdOf({ kind: 'user', userId: subject }));
    // For a guest, `subject` is the order's id: the lines of that order must not return to the cart.
    else await this.carts.recordReturn(subject);
    crashPoint('erasure.cart');
    this.eventBus.publish(new ContextErased({ erasureId, subject, context: 'cart' }));
  }
}
