import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WantedLine } from '#contracts/catalog';
import { Ids } from '#platform/system';
import { addLine, requireVersion, type Cart } from '../model/cart';
import { Carts } from '../model/carts.store';
import type { Owner } from '../model/owner';
import { OfferedLines } from './offered-lines.adapter';

export class AddItem extends Command<Cart> {
  constructor(
    readonly owner: Owner,
    readonly wanted: WantedLine,
    readonly locale: 'vi' | 'en',
    readonly seen?: number,
  ) {
    super();
  }
}

@CommandHandler(AddItem)
export class AddItemHandler implements ICommandHandler<AddItem> {
  constructor(
    private readonly carts: Carts,
    private readonly offeredLines: OfferedLines,
    private readonly ids: Ids,
  ) {}

  async execute(command: AddItem): Promise<Cart> {
    const line = { id: this.ids.next(), ...(await this.offeredLines.offer(command.wanted, command.locale)) };
    return this.carts.change(command.owner, (cart) => {
      requireVersion(cart, command.seen);
      return addLine(cart, line);
    });
  }
}
