import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import type { Uuid } from '#kernel';
import { VariantListed } from '#contracts/catalog';
import { Database } from '#platform/database';
import { Announcements } from '#platform/messaging';

import { mustBeSound } from '../list-product/product-body.controller';
import type { ProductDraft } from '../model/product';
import { shelvedProduct, type ShelvedProduct } from '../model/product-books';
import { Products } from '../model/products.store';
import { reshelveProduct } from '../model/shelve-product';
import { Forget } from '../shelf/forget.adapter';

export class EditProduct extends Command<ShelvedProduct> {
  constructor(
    readonly id: Uuid,
    readonly change: Partial<ProductDraft>,
    /** The version the caller has seen. */
    readonly seen?: number,
  ) {
    super();
  }
}

@CommandHandler(EditProduct)
export class EditProductHandler implements ICommandHandler<EditProduct> {
  constructor(
    private readonly db: Database,
    private readonly products: Products,
    private readonly announcements: Announcements,
    private readonly forget: Forget,
  ) {}

  execute({ id, change, seen }: EditProduct): Promise<ShelvedProduct> {
    return this.db.transaction(async () => {
      await this.products.lock();
      const before = await this.products.load(id, seen);
      mustBeSound({
        basePrice: change.basePrice ?? before.basePrice,
        variants: change.variants ?? before.variants,
        modifiers: change.modifiers ?? before.modifiers,
      });
      const after = reshelveProduct(before, change, before.former);
      const [category, brand] = await this.products.labels(after);
      const product = await this.products.save(after, before);
      const known = new Set([...before.variants, ...before.former].map((variant) => variant.id));
      await this.announcements.publish(
        ...product.variants
          .filter((variant) => !known.has(variant.id))
          .map(({ id: variantId, sku, stock }) => new VariantListed({ productId: id, variantId, sku, stock })),
      );
      this.forget.product(product);
      return shelvedProduct(product, category, brand);
    });
  }
}
