import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { NotFound, type Uuid, type Seen } from '#kernel';

import { EditProduct } from './edit-product.command';

export class RemoveProduct extends Command<void> {
  constructor(
    readonly id: Uuid,
    readonly seen?: Seen,
  ) {
    super();
  }
}

/**
 * Moves a product to the archive. The product is not deleted, because orders refer to it, and because staff can restore
 * it.
 */
@CommandHandler(RemoveProduct)
export class RemoveProductHandler implements ICommandHandler<RemoveProduct> {
  constructor(private readonly commands: CommandBus) {}

  async execute({ id, seen }: RemoveProduct): Promise<void> {
    const archive = ({ status }: { status: string }) => {
      if (status === 'removed') throw new NotFound('product');
      return { status: 'removed' as const };
    };
    await this.commands.execute(new EditProduct(id, archive, seen));
  }
}
