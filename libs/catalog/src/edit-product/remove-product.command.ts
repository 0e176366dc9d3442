import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import type { Uuid } from '#kernel';
import { Database } from '#platform/database';

import { Products } from '../model/products.store';
import { Forget } from '../shelf/forget.adapter';

export class RemoveProduct extends Command<void> {
  constructor(
    readonly id: Uuid,
    readonly seen?: number,
  ) {
    super();
  }
}

/** Off the shelf for good; the books keep it, for orders name it. */
@CommandHandler(RemoveProduct)
export class RemoveProductHandler implements ICommandHandler<RemoveProduct> {
  constructor(
    private readonly db: Database,
    private readonly products: Products,
    private readonly forget: Forget,
  ) {}

  execute({ id, seen }: RemoveProduct): Promise<void> {
    return this.db.transaction(async () => {
      const product = await this.products.load(id, seen);
      await this.products.save({ ...product, status: 'removed' }, product);
      this.forget.product(product);
    });
  }
}
