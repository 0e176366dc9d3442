import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import type { ChosenModifier } from '#contracts/catalog';
import { Ids } from '#platform/system';
import { changeLine, lineOf, seen, type Cart, type LineChange } from '../model/cart';
import { Carts } from '../model/carts.store';
import type { Owner } from '../model/owner';
import { Shelf } from './offered-line.adapter';

export class ChangeItem extends Command<Cart> {
  constructor(
    readonly owner: Owner,
    readonly lineId: Uuid,
    readonly change: { readonly quantity?: number; readonly modifiers?: readonly ChosenModifier[] },
    readonly locale: 'vi' | 'en',
    readonly seen?: number,
  ) {
    super();
  }
}

@CommandHandler(ChangeItem)
export class ChangeItemHandler implements ICommandHandler<ChangeItem> {
  constructor(
    private readonly carts: Carts,
    private readonly shelf: Shelf,
    private readonly ids: Ids,
  ) {}

  async execute(command: ChangeItem): Promise<Cart> {
    const change = await this.offered(command);
    return this.carts.change(command.owner, (cart) => {
      seen(cart, command.seen);
      return changeLine(cart, command.lineId, change);
    });
  }

  /** Who changes a line has seen what it costs now. Another way to make it must be one that is sold. */
  private async offered({ owner, lineId, change, locale }: ChangeItem): Promise<LineChange> {
    const line = lineOf(await this.carts.of(owner), lineId);
    const { quantity } = change;
    if (!change.modifiers) {
      const price = await this.shelf.priceOf(line, locale);
      return { ...(quantity !== undefined && { quantity }), ...(price && { price }) };
    }
    const { modifiers, price, label } = await this.shelf.offered({ ...line, modifiers: change.modifiers }, locale);
    const remix = { modifiers, portion: this.ids.next(), label };
    return { ...(quantity !== undefined && { quantity }), remix, ...(price && { price }) };
  }
}
