import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

import type { Uuid } from '#kernel';

import { shelvedProduct, type ShelvedProduct } from '../model/product-books';
import { Products } from '../model/products.store';

export class LookUpProduct extends Query<ShelvedProduct> {
  constructor(readonly id: Uuid) {
    super();
  }
}

@QueryHandler(LookUpProduct)
export class LookUpProductHandler implements IQueryHandler<LookUpProduct> {
  constructor(private readonly products: Products) {}

  async execute({ id }: LookUpProduct): Promise<ShelvedProduct> {
    const product = await this.products.load(id);
    return shelvedProduct(product, ...(await this.products.labels(product)));
  }
}
