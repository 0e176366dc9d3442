import { z } from 'zod';

import { IdShape, InstantShape, MoneyShape, vnd } from '#kernel';

import { LabelShape, ModifierGroupShape, ProductShape, VariantShape } from '../shelf/product-view';
import type { Product, ProductStatus } from '../model/product';

export const staffStatuses = ['draft', 'published', 'archived'] as const;
export type StaffStatus = (typeof staffStatuses)[number];
const nameForStaff: Readonly<Record<ProductStatus, StaffStatus>> = {
  active: 'published',
  draft: 'draft',
  removed: 'archived',
};
const statusByName = new Map<string, ProductStatus>([
  ['active', 'active'], // the former name of published
  ...Object.entries(nameForStaff).map(([status, word]): [string, ProductStatus] => [word, status as ProductStatus]),
]);

/** The stored status for the name that staff use. */
export const parseStaffStatus = (word: string): ProductStatus | undefined => statusByName.get(word);

const StaffGroupShape = ModifierGroupShape.extend({
  nameEn: z.string().nullable(),
  options: z.array(ModifierGroupShape.shape.options.element.extend({ nameEn: z.string().nullable() })),
}).meta({ id: 'ShelvedModifierGroup' });

/** A product as staff see it, with all languages and its version. */
export const StaffProductShape = ProductShape.omit({ available: true })
  .extend({
    sku: z.string().meta({ example: 'CA-PHE-SUA-DA' }),
    status: z.enum(staffStatuses),
    version: z.int().meta({ description: 'The version of the last edit. The ETag begins with it.', example: 1 }),
    categoryId: IdShape.nullable().meta({ description: 'Null if it is gone; only for archived products.' }),
    brandId: IdShape.nullable().meta({ description: 'Null if it is gone; only for archived products.' }),
    category: LabelShape.nullable(),
    brand: LabelShape.nullable(),
    basePrice: MoneyShape,
    story: z.string().nullable().meta({ description: 'Rich text as it was sent.' }),
    translations: z.object({ en: z.object({ name: z.string().nullable(), description: z.string().nullable() }) }),
    variants: z.array(
      VariantShape.extend({ nameEn: z.string().nullable(), priceAdjustment: MoneyShape }).meta({
        id: 'ShelvedVariant',
      }),
    ),
    modifiers: z.array(StaffGroupShape),
    createdAt: InstantShape,
    updatedAt: InstantShape,
  })
  .meta({ id: 'ShelvedProduct' });
export type StaffProductView = z.infer<typeof StaffProductShape>;

interface Label {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}
interface StaffDetails {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly available: ReadonlyMap<string, number>;
}

const label = (from: Label | null): Label | null => from && { id: from.id, slug: from.slug, name: from.name };

export function toStaffView(
  product: Product & StaffDetails,
  category: Label | null,
  brand: Label | null,
): StaffProductView {
  return {
    id: product.id,
    slug: product.slug,
    sku: product.sku,
    status: nameForStaff[product.status],
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
    modifiers: product.modifiers.map(({ id, name, nameEn, min, max, options }) => ({
      id,
      name,
      nameEn,
      min,
      max,
      options: options.map((option) => ({
        id: option.id,
        name: option.name,
        nameEn: option.nameEn,
        price: vnd(option.price),
        max: option.max,
        default: option.default,
      })),
    })),
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  };
}
