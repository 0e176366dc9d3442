import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import type { Uuid } from '#kernel';

import type { ProductStatus } from '../model/product';
import { toStaffView, type StaffProductView } from './staff-product-view';
import { Products, type PlaceInList } from '../model/products.store';

export class LookUpProduct extends Query<StaffProductView> {
  constructor(readonly id: Uuid) {
    super();
  }
}

@QueryHandler(LookUpProduct)
export class LookUpProductHandler implements IQueryHandler<LookUpProduct> {
  constructor(private readonly products: Products) {}

  async execute({ id }: LookUpProduct): Promise<StaffProductView> {
    const product = await this.products.load(id);
    return toStaffView(product, ...(await this.products.findLabels(product)));
  }
}

/** Lists at most `limit` products, newest first. */
export class ListProducts extends Query<readonly { product: StaffProductView; place: PlaceInList }[]> {
  constructor(
    readonly status: ProductStatus | undefined,
    readonly limit: number,
    readonly after?: PlaceInList,
  ) {
    super();
  }
}

@QueryHandler(ListProducts)
export class ListProductsHandler implements IQueryHandler<ListProducts> {
  constructor(private readonly products: Products) {}

  async execute({ status, limit, after }: ListProducts) {
    const found = await this.products.list(status ? [status] : ['active', 'draft'], limit, after);
    const views = [];
    for (const { product, place } of found)
      views.push({ product: toStaffView(product, ...(await this.products.findLabels(product))), place });
    return views;
  }
}
