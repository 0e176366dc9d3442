import { isDeepStrictEqual } from 'node:util';

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import { DomainError, type Uuid, type Seen } from '#kernel';
import { VariantListed, VariantsRenamed } from '#contracts/catalog';
import { StockHeld, type StockCount } from '#contracts/inventory';
import { Database } from '#platform/database';
import { changedFixed, InvalidInput, textOf } from '#platform/http';
import { Announcements } from '#platform/messaging';
import { ambient } from '#platform/observability';

import { mustBeSound } from '../list-product/product-body.controller';
import type { Product, ProductChange } from '../model/product';
import type { Wrong } from '../model/product-faults';
import { shelvedProduct, type ShelvedProduct } from '../model/product-books';
import { Products, type KnownProduct, type SavedProduct } from '../model/products.store';
import { miscounted, recounted, reshelveProduct, unknownParts } from '../model/shelve-product';
import { stemOf } from '../model/slug';
import { Forget } from '../shelf/forget.adapter';

/** What is asked of a product: a change, or one that follows from what the product is. */
export type Edit = ProductChange | ((product: KnownProduct) => ProductChange | Promise<ProductChange>);

export class EditProduct extends Command<ShelvedProduct> {
  constructor(
    readonly id: Uuid,
    readonly edit: Edit,
    /** The version the caller has seen. */
    readonly seen?: Seen,
  ) {
    super();
  }
}

/** A product needs its category and brand. Where one is gone already, null is what was read of it. */
const clearedLabels = (before: Product, change: ProductChange): Wrong[] =>
  (['categoryId', 'brandId'] as const)
    .filter((field) => change[field] === null && before[field] !== null)
    .map((field) => ({ field, code: 'required' }));

const isSame = (before: Product, after: Product): boolean => isDeepStrictEqual({ ...before, ...after }, { ...before });

@CommandHandler(EditProduct)
export class EditProductHandler implements ICommandHandler<EditProduct> {
  constructor(
    private readonly db: Database,
    private readonly products: Products,
    private readonly announcements: Announcements,
    private readonly forget: Forget,
    private readonly stock: StockHeld,
  ) {}

  execute({ id, edit, seen }: EditProduct): Promise<ShelvedProduct> {
    return this.db.transaction(async () => {
      await this.products.lock();
      const before = await this.products.load(id, seen);
      const change = typeof edit === 'function' ? await edit(before) : edit;
      await this.mustBeTheSame(before, change);
      const taken = await this.products.takenSkus(stemOf(change.sku ?? before.sku));
      const after = reshelveProduct(before, change, before.former, taken);
      const counts = recounted(before, change, before.former);
      mustBeSound(after, [
        ...clearedLabels(before, change),
        ...unknownParts(before, change, before.former),
        ...miscounted(before, change, before.former),
      ]);
      if (isSame(before, after)) return shelvedProduct(before, ...(await this.products.labelsLeft(before)));
      await this.mustBeFiled(before, after, change);
      const available = await this.stock.availableAfter(counts);
      const saved = await this.products.save(after, before);
      const product = { ...saved, available: new Map([...saved.available, ...available]) };
      await this.tell(product, counts);
      this.forget.product(product);
      return shelvedProduct(product, ...(await this.products.labelsLeft(product)));
    });
  }

  /** What names a product is not changed here, nor is its category by its name. */
  private async mustBeTheSame(product: KnownProduct, change: ProductChange): Promise<void> {
    const { id, slug, category, brand } = shelvedProduct(product, ...(await this.products.labelsLeft(product)));
    const wrong = changedFixed({ id, slug, category, brand }, change);
    if (wrong.length > 0) throw new InvalidInput(wrong);
  }

  /** A wrong id is the caller's mistake; a category that went meanwhile is a conflict, which another one resolves. */
  private async mustBeFiled(before: KnownProduct, after: Product, change: ProductChange): Promise<void> {
    await this.products.mustExist({
      categoryId: change.categoryId === before.categoryId ? null : (change.categoryId ?? null),
      brandId: change.brandId === before.brandId ? null : (change.brandId ?? null),
    });
    if (after.status === 'removed') return;
    const gone = [
      ...(after.categoryId === null ? [{ field: 'categoryId', code: 'category.gone' }] : []),
      ...(after.brandId === null ? [{ field: 'brandId', code: 'brand.gone' }] : []),
    ];
    if (gone.length === 0) return;
    const locale = ambient()?.locale ?? 'en';
    throw new DomainError(
      'LABEL_GONE',
      'conflict',
      'What the product was filed under is gone. Choose another category or brand.',
      {},
      gone.map(({ field, code }) => ({ field, message: textOf(code, locale) })),
    );
  }

  private async tell(
    { id, status, named, added, renamed }: SavedProduct,
    counts: readonly StockCount[],
  ): Promise<void> {
    const age = status === 'removed' ? 0 : named; // what is archived takes no SKU from anybody
    const listed = added.map(
      ({ id: variantId, sku, stock }) => new VariantListed({ productId: id, variantId, sku, stock, named: age }),
    );
    const countOf = new Map(counts.map(({ variantId, onHand }) => [variantId, onHand]));
    const names = renamed.map((variant) => ({
      ...variant,
      ...(countOf.has(variant.variantId) && { stock: countOf.get(variant.variantId)! }),
    }));
    const known = new Set(renamed.map(({ variantId }) => variantId));
    const others = counts.filter(({ variantId }) => !known.has(variantId)); // of an archived product, which names nothing
    const counted = others.map(({ variantId, sku, onHand }) => ({ variantId, was: sku, sku, stock: onHand }));
    const variants = [...names, ...counted];
    // renamed first: a new variant may have the SKU that another has just given up
    const told = variants.length > 0 ? [new VariantsRenamed({ productId: id, named: age, variants })] : [];
    await this.announcements.publish(...told, ...listed);
  }
}
