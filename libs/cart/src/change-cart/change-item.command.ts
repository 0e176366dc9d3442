import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import type { ChosenModifier } from '#contracts/catalog';
import { findChangedImmutableFields, InvalidInput } from '#platform/http';
import { Ids } from '#platform/system';
import { changeLine, lineOf, isSameDrink, requireVersion, type Cart, type LineChange } from '../model/cart';
import { Carts } from '../model/carts.store';
import type { Owner } from '../model/owner';
import { OfferedLines } from './offered-lines.adapter';

export class ChangeItem extends Command<Cart> {
  constructor(
    readonly owner: Owner,
    readonly lineId: Uuid,
    readonly change: {
      readonly quantity?: number;
      readonly modifiers?: readonly ChosenModifier[];
      readonly sentBack?: true;
    },
    /**
     * The fields of the body that identify the line. If they do not match the line in the path, the change is refused.
     */
    readonly fixedFields: { readonly id?: Uuid; readonly variantId?: Uuid },
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
    private readonly offeredLines: OfferedLines,
    private readonly ids: Ids,
  ) {}

  async execute(command: ChangeItem): Promise<Cart> {
    const change = await this.withCurrentPrice(command);
    return this.carts.change(command.owner, (cart) => {
      requireVersion(cart, command.seen);
      return changeLine(cart, command.lineId, change);
    });
  }

  /** The change with the line's current price, because the client has seen this price. New options must be on sale. */
  private async withCurrentPrice({ owner, lineId, change, fixedFields, locale }: ChangeItem): Promise<LineChange> {
    const line = lineOf(await this.carts.current(owner), lineId);
    const changedFields = findChangedImmutableFields({ id: line.id, variantId: line.variantId }, fixedFields);
    if (changedFields.length > 0) throw new InvalidInput(changedFields);
    const { modifiers: wanted, ...otherChanges } = change;
    const { modifiers: shown, price: priceNow } = await this.offeredLines.currentOptions(line, locale);
    const areWanted = (modifiers: readonly ChosenModifier[]) =>
      wanted !== undefined && isSameDrink({ ...line, modifiers }, { ...line, modifiers: wanted });
    // The client sent no options, or the stored or the shown options. So the options are not new: they need no check.
    if (!wanted || areWanted(line.modifiers) || areWanted(shown))
      return { ...otherChanges, ...(priceNow && { price: priceNow }) };
    const { modifiers, price, label } = await this.offeredLines.offer({ ...line, modifiers: wanted }, locale);
    return { ...otherChanges, newOptions: { modifiers, portion: this.ids.next(), label }, ...(price && { price }) };
  }
}
