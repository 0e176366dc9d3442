import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { VariantListed } from '#contracts/catalog';
import { Database } from '#platform/database';
import { Announcements } from '#platform/messaging';
import { Ids } from '#platform/system';

import type { ProductDraft } from '../model/product';
import { shelvedProduct, type ShelvedProduct } from '../model/product-books';
import { Products } from '../model/products.store';
import { shelveProduct } from '../model/shelve-product';
import { slugOf, stemOf } from '../model/slug';
import { Forget } from '../shelf/forget.adapter';

export class ListProduct extends Command<ShelvedProduct> {
  constructor(readonly draft: ProductDraft) {
    super();
  }
}

@CommandHandler(ListProduct)
export class ListProductHandler implements ICommandHandler<ListProduct> {
  constructor(
    private readonly db: Database,
    private readonly products: Products,
    private readonly announcements: Announcements,
    private readonly forget: Forget,
    private readonly ids: Ids,
  ) {}

  execute({ draft }: ListProduct): Promise<ShelvedProduct> {
    const id = this.ids.next();
    return this.db.transaction(async () => {
      await this.products.lock();
      const [category, brand] = await this.products.labels(draft);
      const slug = await this.products.freeSlug(slugOf(draft.name, `p-${id.slice(-12)}`), id);
      const taken = await this.products.takenSkus(draft.sku ?? stemOf(slug));
      const product = await this.products.save(shelveProduct(id, slug, draft, taken));
      const { named } = product;
      await this.announcements.publish(
        ...product.variants.map(
          ({ id: variantId, sku, stock }) => new VariantListed({ productId: id, variantId, sku, stock, named }),
        ),
      );
      this.forget.product(product);
      return shelvedProduct(product, category, brand);
    });
  }
}
