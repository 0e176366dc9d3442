import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import type { ChosenModifier } from '#contracts/catalog';
import { changedFixed, InvalidInput } from '#platform/http';
import { Ids } from '#platform/system';
import { changeLine, lineOf, isSameDrink, requireVersion, type Cart, type LineChange } from '../model/cart';
import { Carts } from '../model/carts.store';
import type { Owner } from '../model/owner';
import { OfferedLines } from './offered-line.adapter';

export class ChangeItem extends Command<Cart> {
  constructor(
    readonly owner: Owner,
    readonly lineId: Uuid,
    readonly change: {
      readonly quantity?: number;
      readonly modifiers?: readonly ChosenModifier[];
      readonly asRead?: true;
    },
    /**
     * The fields of the body that identify the line. They must match the line of the path, or the change is refused.
     */
    readonly names: { readonly id?: Uuid; readonly variantId?: Uuid },
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
    private readonly shelf: OfferedLines,
    private readonly ids: Ids,
  ) {}

  async execute(command: ChangeItem): Promise<Cart> {
    const change = await this.withCurrentPrice(command);
    return this.carts.change(command.owner, (cart) => {
      requireVersion(cart, command.seen);
      return changeLine(cart, command.lineId, change);
    });
  }

  /** The change with the line's current price, because the client has seen it. New options must be on sale. */
  private async withCurrentPrice({ owner, lineId, change, names, locale }: ChangeItem): Promise<LineChange> {
    const line = lineOf(await this.carts.current(owner), lineId);
    const wrong = changedFixed({ id: line.id, variantId: line.variantId }, names);
    if (wrong.length > 0) throw new InvalidInput(wrong);
    const { modifiers: wanted, ...plainly } = change;
    const { modifiers: shown, price: priceNow } = await this.shelf.currentOptions(line, locale);
    const isMadeLike = (modifiers: readonly ChosenModifier[]) =>
      wanted !== undefined && isSameDrink({ ...line, modifiers }, { ...line, modifiers: wanted });
    // The client sent the stored or the shown options back. It chose nothing new, so they need not be on sale.
    if (!wanted || isMadeLike(line.modifiers) || isMadeLike(shown))
      return { ...plainly, ...(priceNow && { price: priceNow }) };
    const { modifiers, price, label } = await this.shelf.offer({ ...line, modifiers: wanted }, locale);
    return { ...plainly, remix: { modifiers, portion: this.ids.next(), label }, ...(price && { price }) };
  }
}
