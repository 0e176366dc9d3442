import { EventBus } from '@nestjs/cqrs';
import { crashPoint } from '#crash-points';
import { PartErased, PersonErased } from '#contracts/identity';
import { InboxEventsHandler } from '#messaging';
import { Carts } from '../model/carts.store';
import { cartIdOf } from '../model/owner';

/** Empties the cart of an erased person. The row stays, so that its versions are never counted from 1 again. */
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
    else await this.carts.noteReturn(subject); // a guest is erased with one order; its lines do not come back
    crashPoint('erasure.cart');
    this.eventBus.publish(new PartErased({ erasureId, subject, context: 'cart' }));
  }
}
