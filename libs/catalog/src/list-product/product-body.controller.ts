import type { PipeTransform } from '@nestjs/common';

import { z } from 'zod';

import { IdShape, InstantShape, MoneyShape, type Fault } from '#kernel';
import {
  Immutable,
  field,
  Flag,
  Id,
  InvalidInput,
  Line,
  ListOf,
  Nested,
  PicturePlace,
  Price,
  ReadOnly,
  ShopValidationPipe,
  Sku,
  Text,
  textOf,
  Whole,
} from '#platform/http';
import { ambient } from '#platform/observability';

import type { ProductDraft, ProductStatus } from '../model/product';
import { parseStaffStatus } from '../edit-product/staff-product-view';
import { productFaults, type FieldFault } from '../model/product-faults';
import { LabelShape } from '../shelf/product-view';

const HIGHEST_PRICE = 1_000_000_000;
const MONEY = {
  type: 'object',
  properties: { amount: { type: 'integer' }, currency: { type: 'string', enum: ['VND'] } },
  example: { amount: 29000, currency: 'VND' },
} as const;
const LABEL = {
  type: 'object',
  properties: { id: { type: 'string', format: 'uuid' }, slug: { type: 'string' }, name: { type: 'string' } },
} as const;

/** The number of pieces that are chosen by default: true (one), false (none), or a number. */
const Default = () =>
  field(
    {
      check: (value) =>
        typeof value === 'boolean' || (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 50)
          ? undefined
          : { code: 'option.default' },
      schema: { oneOf: [{ type: 'boolean' }, { type: 'integer', minimum: 0, maximum: 50 }] },
    },
    {
      optional: true,
      nullable: true,
      description: 'Used if nothing of the group is chosen: true for one, or a number.',
      example: true,
    },
  );

const FORMER_STATUS = 'active';

/** A status by the name that staff use, or by its former name. It is converted to the stored status. */
function Status(words: readonly string[], description: string): PropertyDecorator {
  const known = new Set<unknown>([...words, FORMER_STATUS].map(parseStaffStatus));
  return field(
    {
      check: (value) => (known.has(value) ? undefined : { code: 'choice', params: { choices: words.join(', ') } }),
      read: (value) =>
        typeof value === 'string' && (words.includes(value) || value === FORMER_STATUS)
          ? parseStaffStatus(value)
          : value,
      schema: { type: 'string', enum: [...words, FORMER_STATUS] },
    },
    { optional: true, description },
  );
}

class VariantFields {
  @Line({ min: 1, max: 100, example: 'Size M' })
  name!: string;

  @Line({ min: 1, max: 100, optional: true, nullable: true, example: 'Medium' })
  nameEn?: string | null;

  @Line({ min: 1, max: 50, example: 'size' })
  type!: string;

  @Price({
    min: -HIGHEST_PRICE,
    max: HIGHEST_PRICE,
    optional: true,
    nullable: true,
    description: 'Đồng added to the base price; 0 by default for a new one.',
    example: 6000,
  })
  priceAdjustment?: number | null;

  @Sku({ max: 64, optional: true, example: 'CA-PHE-SUA-DA-M' })
  sku?: string;
}

export class VariantBody extends VariantFields {
  @Id({ optional: true, nullable: true, description: 'Ignored: a new variant gets an id of its own.' })
  id?: string | null;

  @Whole({
    min: 0,
    max: 1_000_000,
    description: 'How many there are. Later counts are made in the inventory.',
    example: 100,
  })
  stock!: number;
}

/** An existing variant needs no stock, because inventory has it. */
export class VariantChangeBody extends VariantFields {
  @Id({ optional: true, nullable: true, description: 'The id of an existing variant.' })
  id?: string | null;

  @Whole({
    min: 0,
    max: 1_000_000,
    optional: true,
    nullable: true,
    description:
      'For a new variant, or one that was left out before and returns: then it is the new count, not below what orders hold. ' +
      'Refused for an existing variant: use `PUT /admin/inventory/{sku}` for its count.',
    example: 100,
  })
  stock?: number | null;

  @ReadOnly(MoneyShape, MONEY)
  price?: object;

  @ReadOnly(z.int(), { type: 'integer', example: 120 })
  available?: number;
}

export class OptionBody {
  @Line({ min: 1, max: 100, example: '50% đường' })
  name!: string;

  @Line({ min: 1, max: 100, optional: true, nullable: true, example: '50% sugar' })
  nameEn?: string | null;

  @Price({
    min: 0,
    max: HIGHEST_PRICE,
    optional: true,
    nullable: true,
    description: 'Đồng for one; 0 by default for a new one.',
    example: 0,
  })
  price?: number | null;

  @Whole({
    min: 1,
    max: 50,
    optional: true,
    nullable: true,
    description: 'How many of it may be chosen; 1 by default for a new one.',
  })
  max?: number | null;

  @Default()
  default?: boolean | number | null;
}

export class OptionChangeBody extends OptionBody {
  @Id({ optional: true, nullable: true, description: 'The id of an existing option.' })
  id?: string | null;
}

class GroupFields {
  @Line({ min: 1, max: 100, example: 'Độ ngọt' })
  name!: string;

  @Line({ min: 1, max: 100, optional: true, nullable: true, example: 'Sweetness' })
  nameEn?: string | null;

  @Whole({
    min: 0,
    max: 50,
    optional: true,
    nullable: true,
    description: 'How many must be chosen, as a sum of quantities; 0 by default for a new one.',
  })
  min?: number | null;

  @Whole({
    min: 1,
    max: 50,
    optional: true,
    nullable: true,
    description: 'How many may be chosen, as a sum of quantities; 1 by default for a new one.',
  })
  max?: number | null;
}

export class GroupBody extends GroupFields {
  @ListOf(() => OptionBody, { min: 1, max: 50 })
  options!: OptionBody[];
}

/** An example of two sizes. */
const TWO_SIZES = [
  { name: 'Size M', nameEn: 'Medium', type: 'size', priceAdjustment: 0, stock: 100 },
  { name: 'Size L', nameEn: 'Large', type: 'size', priceAdjustment: 6000, stock: 80 },
];

export class GroupChangeBody extends GroupFields {
  @Id({ optional: true, nullable: true, description: 'The id of an existing group.' })
  id?: string | null;

  @ListOf(() => OptionChangeBody, { min: 1, max: 50 })
  options!: OptionChangeBody[];
}

class TextsBody {
  @Line({ min: 3, max: 255, optional: true, nullable: true, example: 'Iced milk coffee' })
  name?: string | null;

  @Text({
    min: 10,
    max: 2000,
    optional: true,
    nullable: true,
    example: 'Robusta through the phin, with condensed milk and ice.',
  })
  description?: string | null;
}
class TranslationsBody {
  @Nested(() => TextsBody, { optional: true, nullable: true })
  en?: TextsBody | null;
}

/** Optional fields of a product. Null clears a field. */
class ExtrasBody {
  @Flag({ optional: true, nullable: true })
  featured?: boolean | null;

  @PicturePlace({ optional: true, nullable: true })
  imageUrl?: string | null;

  @Text({ max: 20_000, optional: true, nullable: true, description: 'Rich text (HTML); shown through an allow-list.' })
  story?: string | null;

  @Nested(() => TranslationsBody, { optional: true, nullable: true })
  translations?: TranslationsBody | null;
}

export class ProductBody extends ExtrasBody {
  @Line({ min: 3, max: 255, example: 'Cà phê sữa đá' })
  name!: string;

  @Text({ min: 10, max: 2000, example: 'Robusta nhỏ giọt qua phin, khuấy cùng sữa đặc và đá.' })
  description!: string;

  @Price({ min: 1, max: HIGHEST_PRICE, description: 'Whole đồng.', example: 29000 })
  basePrice!: number;

  @Id({ description: 'An existing category.' })
  categoryId!: string;

  @Id({ description: 'An existing brand.' })
  brandId!: string;

  @Sku({ max: 40, optional: true, description: 'Stem of the variants’ SKUs.', example: 'CA-PHE-SUA-DA' })
  sku?: string;

  @Status(['draft', 'published'], 'On the shelf at once unless it is a draft.')
  status?: 'active' | 'draft';

  @ListOf(() => GroupBody, { max: 20, optional: true, nullable: true })
  modifiers?: GroupBody[] | null;

  @ListOf(() => VariantBody, { min: 2, max: 100, example: TWO_SIZES })
  variants!: VariantBody[];
}

/** A client may send a product back as it was read. */
export class ProductChangeBody extends ExtrasBody {
  @Line({ min: 3, max: 255, optional: true })
  name?: string;

  @Text({ min: 10, max: 2000, optional: true })
  description?: string;

  @Price({ min: 1, max: HIGHEST_PRICE, optional: true, description: 'Whole đồng.' })
  basePrice?: number;

  @Id({ optional: true, nullable: true, description: 'Null only if it is gone already.' })
  categoryId?: string | null;

  @Id({ optional: true, nullable: true, description: 'Null only if it is gone already.' })
  brandId?: string | null;

  @Sku({ max: 80, optional: true, description: 'Stem of the SKUs of future variants.', example: 'CA-PHE-SUA-DA' })
  sku?: string;

  @Status(['draft', 'published', 'archived'], 'Archived is off the shelf; published brings it back.')
  status?: ProductStatus;

  @ListOf(() => GroupChangeBody, {
    max: 20,
    optional: true,
    nullable: true,
    description: 'All of them, recognised by id, else by name. Fields that are left out of a known one do not change.',
  })
  modifiers?: GroupChangeBody[] | null;

  @ListOf(() => VariantChangeBody, {
    min: 2,
    max: 100,
    optional: true,
    description:
      'All of them, recognised by id, else by SKU, else by name. Variants that are left out are retired. ' +
      'Fields that are left out of a known one do not change.',
    example: TWO_SIZES,
  })
  variants?: VariantChangeBody[];

  @Immutable(IdShape, { type: String, format: 'uuid' })
  id?: string;

  @Immutable(z.string().max(200), { type: String, example: 'ca-phe-sua-da' })
  slug?: string;

  @ReadOnly(z.int(), { type: 'integer', example: 1 })
  version?: number;

  @Immutable(LabelShape, LABEL)
  category?: object | null;

  @Immutable(LabelShape, LABEL)
  brand?: object | null;

  @ReadOnly(MoneyShape, MONEY)
  price?: object;

  @ReadOnly(InstantShape, { type: String, format: 'date-time' })
  createdAt?: string;

  @ReadOnly(InstantShape, { type: String, format: 'date-time' })
  updatedAt?: string;
}

class VariantSku {
  @Id({ description: 'The id of the variant.' })
  id!: string;

  @Sku({ max: 64, example: 'CA-PHE-SUA-DA-M2' })
  sku!: string;
}

/** New values for a restored product, if its category or brand was deleted or other products have its SKUs now. */
export class RestoreBody {
  @Id({ optional: true, description: 'Needed if the category is gone.' })
  categoryId?: string;

  @Id({ optional: true, description: 'Needed if the brand is gone.' })
  brandId?: string;

  @Sku({
    max: 40,
    optional: true,
    description: 'Another stem; variants whose SKU is taken get one that begins with it.',
  })
  sku?: string;

  @ListOf(() => VariantSku, { max: 100, optional: true, description: 'Other SKUs for single variants.' })
  variants?: VariantSku[];
}

export const toFault = ({ field, code, params }: FieldFault): Fault => ({
  field,
  message: textOf(code, ambient()?.locale ?? 'en', params),
});

/** Throws InvalidInput if there are faults: those in `already`, and those between the fields of the product. */
export function requireNoFaults(product: unknown, already: readonly FieldFault[] = []): void {
  const wrong = [...already, ...productFaults(product)];
  if (wrong.length > 0) throw new InvalidInput(wrong.map(toFault));
}

const shape = new ShopValidationPipe();

/**
 * Reports all faults of a new product at once: those of single fields, and those between fields. The parameter must not
 * have the type `ProductBody`. Otherwise the global pipe would check it first, and report only faults of single fields.
 */
export class NewProductPipe implements PipeTransform<unknown, ProductDraft> {
  transform(value: unknown): ProductDraft {
    const between = productFaults(value).map(toFault);
    try {
      const read = shape.transform(value, { type: 'body', metatype: ProductBody }) as ProductBody;
      if (between.length > 0) throw new InvalidInput(between);
      return read;
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const reported = new Set(error.details.map((fault) => fault.field));
      throw new InvalidInput([...error.details, ...between.filter((fault) => !reported.has(fault.field))]);
    }
  }
}
