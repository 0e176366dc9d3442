import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import type { Uuid, Seen } from '#kernel';
import { InvalidInput } from '#platform/http';

import { toFault } from '../list-product/product-body.controller';
import type { ProductChange } from '../model/product';
import type { StaffProductView } from './staff-product-view';
import { Products, SkuTaken, type KnownProduct } from '../model/products.store';
import { fieldInRequest, restoreProduct, restoreFaults, type RestoreRequest } from '../model/restore-product';
import { stemOf } from '../model/slug';
import { EditProduct } from './edit-product.command';

export class RestoreProduct extends Command<StaffProductView> {
  constructor(
    readonly id: Uuid,
    readonly request: RestoreRequest,
    readonly seen?: Seen,
  ) {
    super();
  }
}

/** Restores a product from the archive, with the same ids and its stock. A repeated call changes nothing. */
@CommandHandler(RestoreProduct)
export class RestoreProductHandler implements ICommandHandler<RestoreProduct> {
  constructor(
    private readonly commands: CommandBus,
    private readonly products: Products,
  ) {}

  async execute({ id, request, seen }: RestoreProduct): Promise<StaffProductView> {
    let known: KnownProduct | undefined;
    const restore = async (product: KnownProduct): Promise<ProductChange> => {
      known = product;
      const wrong = product.status === 'removed' ? restoreFaults(product, request) : [];
      if (wrong.length > 0) throw new InvalidInput(wrong.map(toFault));
      const stems = [product.sku, ...product.variants.map(({ sku }) => sku), stemOf(request.sku ?? product.sku)];
      const taken = await Promise.all([...new Set(stems)].map((stem) => this.products.takenSkus(stem)));
      return restoreProduct(product, request, new Set(taken.flatMap((skus) => [...skus])));
    };
    try {
      return await this.commands.execute(new EditProduct(id, restore, seen));
    } catch (error) {
      throw known ? withRequestFields(error, known, request) : error;
    }
  }
}

/**
 * Replaces the field names in the error by those of the request, because the request can list the variants in another
 * order.
 */
function withRequestFields(error: unknown, product: KnownProduct, request: RestoreRequest): unknown {
  if (!(error instanceof SkuTaken)) return error;
  return new SkuTaken(error.taken.map((one) => ({ ...one, field: fieldInRequest(one.field, product, request) })));
}
