import { Command, CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';

import { VariantListed } from '#contracts/catalog';
import { Database } from '#database';
import { Ids } from '#platform/system';

import type { ProductDraft } from '../model/product';
import { toStaffView, type StaffProductView } from '../edit-product/staff-product-view';
import { Products } from '../model/products.store';
import { createProduct } from '../model/shelve-product';
import { slugOf, stemOf } from '../model/slug';
import { CacheInvalidation } from '../shelf/cache-invalidation.adapter';

export class ListProduct extends Command<StaffProductView> {
  constructor(readonly draft: ProductDraft) {
    super();
  }
}

@CommandHandler(ListProduct)
export class ListProductHandler implements ICommandHandler<ListProduct> {
  constructor(
    private readonly db: Database,
    private readonly products: Products,
    private readonly eventBus: EventBus,
    private readonly invalidation: CacheInvalidation,
    private readonly ids: Ids,
  ) {}

  execute({ draft }: ListProduct): Promise<StaffProductView> {
    const id = this.ids.next();
    return this.db.transaction(async () => {
      await this.products.lock();
      const [category, brand] = await this.products.requireLabels(draft);
      const slug = await this.products.freeSlug(slugOf(draft.name, `p-${id.slice(-12)}`), id);
      const taken = await this.products.takenSkus(draft.sku ?? stemOf(slug));
      const product = await this.products.save(createProduct(id, slug, draft, taken));
      const { named } = product;
      this.eventBus.publishAll(
        product.variants.map(
          ({ id: variantId, sku, stock }) => new VariantListed({ productId: id, variantId, sku, stock, named }),
        ),
      );
      this.invalidation.productChanged(product);
      return toStaffView(product, category, brand);
    });
  }
}
