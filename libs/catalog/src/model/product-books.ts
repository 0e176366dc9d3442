import { z } from 'zod';

import { IdShape, InstantShape, MoneyShape, vnd } from '#kernel';

import { ModifierGroupShape, ProductShape, VariantShape } from '../shelf/product-view';
import type { Product } from './product';

/** A product as staff see it: every language, and its version. */
export const ShelvedProductShape = ProductShape.omit({ available: true })
  .extend({
    sku: z.string().meta({ example: 'CA-PHE-SUA-DA' }),
    status: z.enum(['active', 'draft', 'removed']),
    version: z.int().meta({ description: 'Of the last edit; it is the ETag.', example: 1 }),
    categoryId: IdShape,
    brandId: IdShape,
    basePrice: MoneyShape,
    story: z.string().nullable().meta({ description: 'Rich text as it was sent.' }),
    translations: z.object({ en: z.object({ name: z.string().nullable(), description: z.string().nullable() }) }),
    variants: z.array(
      VariantShape.extend({ nameEn: z.string().nullable(), priceAdjustment: MoneyShape }).meta({
        id: 'ShelvedVariant',
      }),
    ),
    modifiers: z.array(ModifierGroupShape),
    createdAt: InstantShape,
    updatedAt: InstantShape,
  })
  .meta({ id: 'ShelvedProduct' });
export type ShelvedProduct = z.infer<typeof ShelvedProductShape>;

interface Label {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}
interface Books {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly available: ReadonlyMap<string, number>;
}

const label = ({ id, slug, name }: Label): Label => ({ id, slug, name });

export function shelvedProduct(product: Product & Books, category: Label, brand: Label): ShelvedProduct {
  return {
    id: product.id,
    slug: product.slug,
    sku: product.sku,
    status: product.status,
    version: product.version,
    name: product.name,
    description: product.description,
    story: product.story,
    translations: { en: { name: product.nameEn, description: product.descriptionEn } },
    categoryId: product.categoryId,
    brandId: product.brandId,
    category: label(category),
    brand: label(brand),
    featured: product.featured,
    imageUrl: product.imageUrl,
    basePrice: vnd(product.basePrice),
    price: vnd(Math.min(...product.variants.map(({ price }) => price))),
    variants: product.variants.map((variant) => ({
      id: variant.id,
      sku: variant.sku,
      name: variant.name,
      nameEn: variant.nameEn,
      type: variant.type,
      priceAdjustment: vnd(variant.priceAdjustment),
      price: vnd(variant.price),
      available: Math.max(0, product.available.get(variant.id) ?? 0),
    })),
    modifiers: product.modifiers.map(({ id, name, min, max, options }) => ({
      id,
      name,
      min,
      max,
      options: options.map((option) => ({
        id: option.id,
        name: option.name,
        price: vnd(option.price),
        max: option.max,
        default: option.default,
      })),
    })),
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  };
}
