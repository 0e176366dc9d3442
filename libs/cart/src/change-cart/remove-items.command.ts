import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { clearCart, removeLine, requireVersion, type Cart } from '../model/cart';
import { Carts } from '../model/carts.store';
import type { Owner } from '../model/owner';

/** Removes one line from the cart, or all lines if there is no `lineId`. */
export class RemoveItems extends Command<Cart> {
  constructor(
    readonly owner: Owner,
    readonly lineId: Uuid | undefined,
    readonly seen?: number,
  ) {
    super();
  }
}

@CommandHandler(RemoveItems)
export class RemoveItemsHandler implements ICommandHandler<RemoveItems> {
  constructor(private readonly carts: Carts) {}

  execute({ owner, lineId, seen: version }: RemoveItems): Promise<Cart> {
    return this.carts.change(owner, (cart) => {
      requireVersion(cart, version);
      return lineId === undefined ? clearCart(cart) : removeLine(cart, lineId);
    });
  }
}
