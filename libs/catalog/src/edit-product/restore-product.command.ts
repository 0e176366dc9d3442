import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import type { Uuid, Seen } from '#kernel';

import type { ProductChange } from '../model/product';
import type { ShelvedProduct } from '../model/product-books';
import { Products, type KnownProduct } from '../model/products.store';
import { restoreProduct, type Restoring } from '../model/restore-product';
import { stemOf } from '../model/slug';
import { EditProduct } from './edit-product.command';

export class RestoreProduct extends Command<ShelvedProduct> {
  constructor(
    readonly id: Uuid,
    readonly wish: Restoring,
    readonly seen?: Seen,
  ) {
    super();
  }
}

/** Out of the archive with the same ids and the stock that it has; restored twice, it is there once. */
@CommandHandler(RestoreProduct)
export class RestoreProductHandler implements ICommandHandler<RestoreProduct> {
  constructor(
    private readonly commands: CommandBus,
    private readonly products: Products,
  ) {}

  execute({ id, wish, seen }: RestoreProduct): Promise<ShelvedProduct> {
    const restore = async (product: KnownProduct): Promise<ProductChange> => {
      const stems = [product.sku, ...product.variants.map(({ sku }) => sku), stemOf(wish.sku ?? product.sku)];
      const taken = await Promise.all([...new Set(stems)].map((stem) => this.products.takenSkus(stem)));
      return restoreProduct(product, wish, new Set(taken.flatMap((skus) => [...skus])));
    };
    return this.commands.execute(new EditProduct(id, restore, seen));
  }
}
