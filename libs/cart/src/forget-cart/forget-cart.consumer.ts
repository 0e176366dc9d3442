import { crashPoint } from '#crash-points';
import { PartErased, PersonErased } from '#contracts/identity';
import { Announcements, Hears } from '#platform/messaging';
import { Carts } from '../model/carts.store';
import { cartIdOf } from '../model/owner';

/** What somebody meant to buy goes with them. The row stays, empty: its versions are never counted from 1 again. */
@Hears(PersonErased)
export class ForgetCart {
  static readonly handler = 'forget-cart';

  constructor(
    private readonly carts: Carts,
    private readonly announcements: Announcements,
  ) {}

  async handle({ body: { erasureId, subject, kind, cartId } }: PersonErased): Promise<void> {
    const id = kind === 'customer' ? cartIdOf({ kind: 'user', userId: subject }) : cartId;
    if (id) await this.carts.empty(id);
    if (kind === 'customer') await this.carts.close(cartIdOf({ kind: 'user', userId: subject }));
    else await this.carts.noteReturn(subject); // a guest is erased with one order, whose lines come back no more
    crashPoint('erasure.cart');
    await this.announcements.publish(new PartErased({ erasureId, subject, context: 'cart' }));
  }
}
