import { isDeepStrictEqual } from 'node:util';

import { Command, CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';

import { DomainError, type Uuid, type Seen } from '#kernel';
import { VariantListed, VariantsRenamed } from '#contracts/catalog';
import { StockCounts, type StockCount } from '#contracts/inventory';
import { Database } from '#database';
import { findChangedImmutableFields, InvalidInput, textOf } from '#platform/http';
import { currentRequest } from '#platform/observability';

import { requireNoFaults } from '../list-product/product-body.controller';
import type { Product, ProductChange } from '../model/product';
import type { FieldFault } from '../model/product-faults';
import { toStaffView, type StaffProductView } from './staff-product-view';
import { Products, type KnownProduct, type SavedProduct } from '../model/products.store';
import { countFaults, countsOfReturned, changeProduct, unknownParts } from '../model/shelve-product';
import { stemOf } from '../model/slug';
import { CacheInvalidation } from '../shelf/cache-invalidation.adapter';

/** A change of a product, or a function that computes the change from the stored product. */
export type Edit = ProductChange | ((product: KnownProduct) => ProductChange | Promise<ProductChange>);

export class EditProduct extends Command<StaffProductView> {
  constructor(
    readonly id: Uuid,
    readonly edit: Edit,
    /** The versions that the caller has seen. */
    readonly seen?: Seen,
  ) {
    super();
  }
}

/**
 * Reports a fault if the change removes the category or the brand, because a product needs both. If a category or brand
 * was deleted, the stored field is null already. Then the client can send null.
 */
const clearedLabels = (before: Product, change: ProductChange): FieldFault[] =>
  (['categoryId', 'brandId'] as const)
    .filter((field) => change[field] === null && before[field] !== null)
    .map((field) => ({ field, code: 'required' }));

const isSame = (before: Product, after: Product): boolean => isDeepStrictEqual({ ...before, ...after }, { ...before });

@CommandHandler(EditProduct)
export class EditProductHandler implements ICommandHandler<EditProduct> {
  constructor(
    private readonly db: Database,
    private readonly products: Products,
    private readonly eventBus: EventBus,
    private readonly invalidation: CacheInvalidation,
    private readonly stock: StockCounts,
  ) {}

  execute({ id, edit, seen }: EditProduct): Promise<StaffProductView> {
    return this.db.transaction(async () => {
      await this.products.lock();
      const before = await this.products.load(id, seen);
      const change = typeof edit === 'function' ? await edit(before) : edit;
      await this.refuseFixedFields(before, change);
      const taken = await this.products.takenSkus(stemOf(change.sku ?? before.sku));
      const after = changeProduct(before, change, before.former, taken);
      const counts = countsOfReturned(before, change, before.former);
      requireNoFaults(after, [
        ...clearedLabels(before, change),
        ...unknownParts(before, change, before.former),
        ...countFaults(before, change, before.former),
      ]);
      if (isSame(before, after)) return toStaffView(before, ...(await this.products.findLabels(before)));
      await this.requireLabels(before, after, change);
      const available = await this.stock.availableAfter(counts);
      const saved = await this.products.save(after, before);
      const product = { ...saved, available: new Map([...saved.available, ...available]) };
      await this.publishChanges(product, counts);
      this.invalidation.productChanged(product);
      return toStaffView(product, ...(await this.products.findLabels(product)));
    });
  }

  /**
   * Refuses other values of `id`, `slug`, `category` and `brand`. To change the category or the brand, send
   * `categoryId` or `brandId`.
   */
  private async refuseFixedFields(product: KnownProduct, change: ProductChange): Promise<void> {
    const { id, slug, category, brand } = toStaffView(product, ...(await this.products.findLabels(product)));
    const wrong = findChangedImmutableFields({ id, slug, category, brand }, change);
    if (wrong.length > 0) throw new InvalidInput(wrong);
  }

  /**
   * A new category or brand must exist; otherwise the input is invalid. If the product's own category or brand was
   * deleted, the change is refused as a conflict. The caller must choose another category or brand.
   */
  private async requireLabels(before: KnownProduct, after: Product, change: ProductChange): Promise<void> {
    await this.products.requireExistingLabels({
      categoryId: change.categoryId === before.categoryId ? null : (change.categoryId ?? null),
      brandId: change.brandId === before.brandId ? null : (change.brandId ?? null),
    });
    if (after.status === 'removed') return;
    const gone = [
      ...(after.categoryId === null ? [{ field: 'categoryId', code: 'category.gone' }] : []),
      ...(after.brandId === null ? [{ field: 'brandId', code: 'brand.gone' }] : []),
    ];
    if (gone.length === 0) return;
    const locale = currentRequest()?.locale ?? 'en';
    throw new DomainError(
      'LABEL_GONE',
      'conflict',
      'The category or brand of this product was deleted. Choose another category or brand.',
      {},
      gone.map(({ field, code }) => ({ field, message: textOf(code, locale) })),
    );
  }

  private async publishChanges(
    { id, status, named, added, renamed }: SavedProduct,
    counts: readonly StockCount[],
  ): Promise<void> {
    const namedFrom = status === 'removed' ? 0 : named; // with 0, an archived variant takes no SKU from another variant
    const listed = added.map(
      ({ id: variantId, sku, stock }) => new VariantListed({ productId: id, variantId, sku, stock, named: namedFrom }),
    );
    const countOf = new Map(counts.map(({ variantId, onHand }) => [variantId, onHand]));
    const renamedWithStock = renamed.map((variant) => ({
      ...variant,
      ...(countOf.has(variant.variantId) && { stock: countOf.get(variant.variantId)! }),
    }));
    const renamedIds = new Set(renamed.map(({ variantId }) => variantId));
    const others = counts.filter(({ variantId }) => !renamedIds.has(variantId)); // these variants keep their SKU
    const counted = others.map(({ variantId, sku, onHand }) => ({ variantId, was: sku, sku, stock: onHand }));
    const variants = [...renamedWithStock, ...counted];
    // VariantsRenamed comes first, because a new variant can have the old SKU of another variant.
    const renamings = variants.length > 0 ? [new VariantsRenamed({ productId: id, named: namedFrom, variants })] : [];
    this.eventBus.publishAll([...renamings, ...listed]);
  }
}
