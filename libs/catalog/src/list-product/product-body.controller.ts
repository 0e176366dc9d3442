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
  ImageUrl,
  Price,
  ReadOnly,
  ShopValidationPipe,
  Sku,
  Text,
  textOf,
  WholeNumber,
} from '#platform/http';
import { currentRequest } from '#platform/observability';

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
      description:
        'How many pieces of this option are chosen if the customer chooses nothing in the group: true for one, or a number.',
      example: true,
    },
  );

/** The former name of `published`. Older clients still send it. */
const FORMER_STATUS = 'active';

/** A status by the name that staff use, or by its former name. The name is converted to the stored status. */
function Status(names: readonly string[], description: string): PropertyDecorator {
  const known = new Set<unknown>([...names, FORMER_STATUS].map(parseStaffStatus));
  return field(
    {
      check: (value) => (known.has(value) ? undefined : { code: 'choice', params: { choices: names.join(', ') } }),
      read: (value) =>
        typeof value === 'string' && (names.includes(value) || value === FORMER_STATUS)
          ? parseStaffStatus(value)
          : value,
      schema: { type: 'string', enum: [...names, FORMER_STATUS] },
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
    description: 'The amount in đồng that is added to the base price. For a new variant the default is 0.',
    example: 6000,
  })
  priceAdjustment?: number | null;

  @Sku({ max: 64, optional: true, example: 'CA-PHE-SUA-DA-M' })
  sku?: string;
}

export class VariantBody extends VariantFields {
  @Id({ optional: true, nullable: true, description: 'Ignored, because a new variant gets a new id.' })
  id?: string | null;

  @WholeNumber({
    min: 0,
    max: 1_000_000,
    description: 'The number of pieces in stock. To change it later, use `PUT /admin/inventory/{sku}`.',
    example: 100,
  })
  stock!: number;
}

/** An existing variant needs no stock, because inventory keeps its stock. */
export class VariantChangeBody extends VariantFields {
  @Id({ optional: true, nullable: true, description: 'The id of an existing variant.' })
  id?: string | null;

  @WholeNumber({
    min: 0,
    max: 1_000_000,
    optional: true,
    nullable: true,
    description:
      'The number of pieces in stock, for a new variant, or for a variant that was retired and is added again. The number may ' +
      'not be lower than the number that is reserved for orders. For any other existing variant this field is refused: use ' +
      '`PUT /admin/inventory/{sku}`.',
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
    description: 'The price of one piece in đồng. For a new option the default is 0.',
    example: 0,
  })
  price?: number | null;

  @WholeNumber({
    min: 1,
    max: 50,
    optional: true,
    nullable: true,
    description: 'How many pieces of this option may be chosen. For a new option the default is 1.',
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

  @WholeNumber({
    min: 0,
    max: 50,
    optional: true,
    nullable: true,
    description:
      'How many pieces must be chosen in this group, all options together. For a new group the default is 0.',
  })
  min?: number | null;

  @WholeNumber({
    min: 1,
    max: 50,
    optional: true,
    nullable: true,
    description: 'How many pieces may be chosen in this group, all options together. For a new group the default is 1.',
  })
  max?: number | null;
}

export class GroupBody extends GroupFields {
  @ListOf(() => OptionBody, { min: 1, max: 50 })
  options!: OptionBody[];
}

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

  @ImageUrl({ optional: true, nullable: true })
  imageUrl?: string | null;

  @Text({
    max: 20_000,
    optional: true,
    nullable: true,
    description: 'Rich text (HTML). Only allowed tags and attributes are shown.',
  })
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

  @Sku({
    max: 40,
    optional: true,
    description: 'The SKUs of the variants begin with this text.',
    example: 'CA-PHE-SUA-DA',
  })
  sku?: string;

  @Status(['draft', 'published'], 'Customers see the product at once, unless it is a draft.')
  status?: 'active' | 'draft';

  @ListOf(() => GroupBody, { max: 20, optional: true, nullable: true })
  modifiers?: GroupBody[] | null;

  @ListOf(() => VariantBody, { min: 2, max: 100, example: TWO_SIZES })
  variants!: VariantBody[];
}

/** A client can send back a product as it was read. */
export class ProductChangeBody extends ExtrasBody {
  @Line({ min: 3, max: 255, optional: true })
  name?: string;

  @Text({ min: 10, max: 2000, optional: true })
  description?: string;

  @Price({ min: 1, max: HIGHEST_PRICE, optional: true, description: 'Whole đồng.' })
  basePrice?: number;

  @Id({ optional: true, nullable: true, description: 'Null is accepted only if the category was deleted.' })
  categoryId?: string | null;

  @Id({ optional: true, nullable: true, description: 'Null is accepted only if the brand was deleted.' })
  brandId?: string | null;

  @Sku({
    max: 80,
    optional: true,
    description: 'The SKUs of new variants begin with this text.',
    example: 'CA-PHE-SUA-DA',
  })
  sku?: string;

  @Status(
    ['draft', 'published', 'archived'],
    'Customers do not see an archived product. To show it again, set `published`.',
  )
  status?: ProductStatus;

  @ListOf(() => GroupChangeBody, {
    max: 20,
    optional: true,
    nullable: true,
    description:
      'All modifier groups. A group with a known id, or else with a known name, is the existing group; its missing fields do not change.',
  })
  modifiers?: GroupChangeBody[] | null;

  @ListOf(() => VariantChangeBody, {
    min: 2,
    max: 100,
    optional: true,
    description:
      'All variants. A variant with a known id, or else a known SKU, or else a known type and name, is the existing variant; its missing ' +
      'fields do not change. Existing variants that are not in the list are retired.',
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
  @Id({ optional: true, description: 'Required if the category was deleted.' })
  categoryId?: string;

  @Id({ optional: true, description: 'Required if the brand was deleted.' })
  brandId?: string;

  @Sku({
    max: 40,
    optional: true,
    description: 'If the SKU of a variant is taken, the variant gets a new SKU that begins with this text.',
  })
  sku?: string;

  @ListOf(() => VariantSku, { max: 100, optional: true, description: 'New SKUs for individual variants.' })
  variants?: VariantSku[];
}

export const toFault = ({ field, code, params }: FieldFault): Fault => ({
  field,
  message: textOf(code, currentRequest()?.locale ?? 'en', params),
});

/** Throws InvalidInput if there are `otherFaults`, or if fields of the product do not fit together. */
export function requireNoFaults(product: unknown, otherFaults: readonly FieldFault[] = []): void {
  const faults = [...otherFaults, ...productFaults(product)];
  if (faults.length > 0) throw new InvalidInput(faults.map(toFault));
}

const validation = new ShopValidationPipe();

/**
 * Reports all faults of a new product at once: of single fields, and of fields that do not fit together. The parameter
 * must not have the type `ProductBody`. Otherwise the global pipe would check it first, and report only faults of
 * single fields.
 */
export class NewProductPipe implements PipeTransform<unknown, ProductDraft> {
  transform(value: unknown): ProductDraft {
    const misfits = productFaults(value).map(toFault);
    try {
      const read = validation.transform(value, { type: 'body', metatype: ProductBody }) as ProductBody;
      if (misfits.length > 0) throw new InvalidInput(misfits);
      return read;
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const reported = new Set(error.details.map((fault) => fault.field));
      throw new InvalidInput([...error.details, ...misfits.filter((fault) => !reported.has(fault.field))]);
    }
  }
}
