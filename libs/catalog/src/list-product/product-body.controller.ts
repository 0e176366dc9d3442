import type { PipeTransform } from '@nestjs/common';

import type { Fault } from '#kernel';
import {
  field,
  Flag,
  Id,
  InvalidInput,
  Line,
  ListOf,
  Nested,
  OneOf,
  PicturePlace,
  ShopValidationPipe,
  Text,
  textOf,
  Whole,
} from '#platform/http';
import { ambient } from '#platform/observability';

import type { ProductDraft } from '../model/product';
import { productFaults, type Wrong } from '../model/product-faults';

const HIGHEST_PRICE = 1_000_000_000;
const SKU = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** True, false, or how many. */
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
      description: 'Taken when nothing of the group is chosen: true for one, or how many.',
      example: true,
    },
  );

export class VariantBody {
  @Id({ optional: true, description: 'Of a variant that is there already (when editing).' })
  id?: string;

  @Line({ min: 1, max: 100, example: 'Size M' })
  name!: string;

  @Line({ min: 1, max: 100, optional: true, example: 'Medium' })
  nameEn?: string;

  @Line({ min: 1, max: 50, example: 'size' })
  type!: string;

  @Whole({
    min: -HIGHEST_PRICE,
    max: HIGHEST_PRICE,
    default: 0,
    description: 'Đồng on top of the base price.',
    example: 6000,
  })
  priceAdjustment: number = 0;

  @Whole({ min: 0, max: 1_000_000, description: 'How many there are. Afterwards inventory keeps count.', example: 100 })
  stock!: number;

  @Line({ min: 1, max: 64, pattern: SKU, optional: true, example: 'CA-PHE-SUA-DA-M' })
  sku?: string;
}

/** A variant that is there already needs no stock: inventory knows it. */
export class VariantChangeBody extends VariantBody {
  @Whole({ min: 0, max: 1_000_000, optional: true, description: 'Only for a new variant.', example: 100 })
  declare stock: number;
}

export class OptionBody {
  @Line({ min: 1, max: 100, example: '50% đường' })
  name!: string;

  @Line({ min: 1, max: 100, optional: true, example: '50% sugar' })
  nameEn?: string;

  @Whole({ min: 0, max: HIGHEST_PRICE, default: 0, description: 'Đồng for one.', example: 0 })
  price: number = 0;

  @Whole({ min: 1, max: 50, default: 1, description: 'How many of it may be chosen.' })
  max: number = 1;

  @Default()
  default?: boolean | number;
}

export class GroupBody {
  @Line({ min: 1, max: 100, example: 'Độ ngọt' })
  name!: string;

  @Line({ min: 1, max: 100, optional: true, example: 'Sweetness' })
  nameEn?: string;

  @Whole({ min: 0, max: 50, default: 0, description: 'How many must be chosen, quantities counted.' })
  min: number = 0;

  @Whole({ min: 1, max: 50, default: 1, description: 'How many may be chosen, quantities counted.' })
  max: number = 1;

  @ListOf(() => OptionBody, { min: 1, max: 50 })
  options!: OptionBody[];
}

/** What two sizes look like. */
const TWO_SIZES = [
  { name: 'Size M', nameEn: 'Medium', type: 'size', priceAdjustment: 0, stock: 100 },
  { name: 'Size L', nameEn: 'Large', type: 'size', priceAdjustment: 6000, stock: 80 },
];

class TextsBody {
  @Line({ min: 3, max: 255, optional: true, example: 'Iced milk coffee' })
  name?: string;

  @Text({ min: 10, max: 2000, optional: true, example: 'Robusta through the phin, with condensed milk and ice.' })
  description?: string;
}
class TranslationsBody {
  @Nested(() => TextsBody, { optional: true })
  en?: TextsBody;
}

/** What goes with any product, and can be left out. */
class ExtrasBody {
  @Text({
    min: 1,
    max: 40,
    pattern: SKU,
    optional: true,
    description: 'Stem of the variants’ SKUs.',
    example: 'CA-PHE-SUA-DA',
  })
  sku?: string;

  @OneOf(['active', 'draft'], { optional: true, description: 'On the shelf at once unless it is a draft.' })
  status?: 'active' | 'draft';

  @Flag({ optional: true })
  featured?: boolean;

  @PicturePlace({ optional: true, nullable: true })
  imageUrl?: string | null;

  @Text({ max: 20_000, optional: true, nullable: true, description: 'Rich text (HTML); shown through an allow-list.' })
  story?: string | null;

  @ListOf(() => GroupBody, { max: 20, optional: true })
  modifiers?: GroupBody[];

  @Nested(() => TranslationsBody, { optional: true })
  translations?: TranslationsBody;
}

export class ProductBody extends ExtrasBody {
  @Line({ min: 3, max: 255, example: 'Cà phê sữa đá' })
  name!: string;

  @Text({ min: 10, max: 2000, example: 'Robusta nhỏ giọt qua phin, khuấy cùng sữa đặc và đá.' })
  description!: string;

  @Whole({ min: 1, max: HIGHEST_PRICE, description: 'Whole đồng.', example: 29000 })
  basePrice!: number;

  @Id({ description: 'An existing category.' })
  categoryId!: string;

  @Id({ description: 'An existing brand.' })
  brandId!: string;

  @ListOf(() => VariantBody, { min: 2, max: 100, example: TWO_SIZES })
  variants!: VariantBody[];
}

export class ProductChangeBody extends ExtrasBody {
  @Line({ min: 3, max: 255, optional: true })
  name?: string;

  @Text({ min: 10, max: 2000, optional: true })
  description?: string;

  @Whole({ min: 1, max: HIGHEST_PRICE, optional: true, description: 'Whole đồng.' })
  basePrice?: number;

  @Id({ optional: true })
  categoryId?: string;

  @Id({ optional: true })
  brandId?: string;

  @ListOf(() => VariantChangeBody, {
    min: 2,
    max: 100,
    optional: true,
    description: 'All of them; those left out are retired.',
    example: TWO_SIZES,
  })
  variants?: VariantChangeBody[];
}

const inWords = ({ field, code }: Wrong): Fault => ({ field, message: textOf(code, ambient()?.locale ?? 'en') });

/** Throws what is wrong between the fields of a whole product, if anything. */
export function mustBeSound(product: unknown): void {
  const wrong = productFaults(product);
  if (wrong.length > 0) throw new InvalidInput(wrong.map(inWords));
}

const shape = new ShopValidationPipe();

/**
 * Every fault of a new product at once: those of its fields, and those between them. It reads into `ProductBody`, which the
 * parameter must not name as its type, or the shop's own pipe would speak first.
 */
export class WholeProduct implements PipeTransform<unknown, ProductDraft> {
  transform(value: unknown): ProductDraft {
    const between = productFaults(value).map(inWords);
    try {
      const read = shape.transform(value, { type: 'body', metatype: ProductBody }) as ProductBody;
      if (between.length > 0) throw new InvalidInput(between);
      return read;
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const said = new Set(error.details.map((fault) => fault.field));
      throw new InvalidInput([...error.details, ...between.filter((fault) => !said.has(fault.field))]);
    }
  }
}
