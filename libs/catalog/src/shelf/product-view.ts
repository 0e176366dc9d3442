import { z } from 'zod';

import { IdShape, MoneyShape } from '#kernel';

/** The OpenAPI description of fields with plain text, exactly as staff typed it. */
const PLAIN = 'Plain text: encode it where it is shown as HTML.';

export const LabelShape = z.object({
  id: IdShape,
  slug: z.string().meta({ example: 'coffee-espresso' }),
  name: z.string().meta({ example: 'Cà phê' }),
});

export const VariantShape = z
  .object({
    id: IdShape,
    sku: z.string().meta({ example: 'CA-PHE-SUA-DA-M' }),
    name: z.string().meta({ example: 'Size M' }),
    type: z.string().meta({ example: 'size' }),
    price: MoneyShape,
    available: z.int().meta({ description: 'How many can be bought now.', example: 120 }),
  })
  .meta({ id: 'Variant' });

export const ModifierGroupShape = z
  .object({
    id: IdShape,
    name: z.string().meta({ example: 'Đường' }),
    min: z.int().meta({ description: 'How many must be chosen at least, as a sum of quantities.', example: 1 }),
    max: z.int().meta({ description: 'How many may be chosen at most, as a sum of quantities.', example: 1 }),
    options: z.array(
      z.object({
        id: IdShape,
        name: z.string().meta({ example: '50%' }),
        price: MoneyShape,
        max: z.int().meta({ example: 1 }),
        default: z.union([z.boolean(), z.int()]).meta({
          description: 'Used if nothing of the group is chosen: true for one, or a number.',
          example: true,
        }),
      }),
    ),
  })
  .meta({ id: 'ModifierGroup' });

export const ProductShape = z
  .object({
    id: IdShape,
    slug: z.string().meta({ example: 'ca-phe-sua-da' }),
    name: z.string().meta({ description: PLAIN, example: 'Cà phê sữa đá' }),
    description: z.string().meta({ description: PLAIN }),
    story: z.string().nullable().meta({ description: 'HTML with a few harmless tags, which can be shown as it is.' }),
    category: LabelShape,
    brand: LabelShape,
    featured: z.boolean(),
    imageUrl: z.string().nullable(),
    price: MoneyShape.meta({ description: 'The price of the cheapest variant; filters and sorting use it.' }),
    modifiers: z.array(ModifierGroupShape),
    available: z.boolean().meta({ description: 'Whether any variant can be bought now.' }),
    variants: z.array(VariantShape),
  })
  .meta({ id: 'Product' });
export type ProductView = z.infer<typeof ProductShape>;
/** The part of a product's view that changes only when staff edit the product. */
export type ProductHead = Omit<ProductView, 'available' | 'variants'>;

export const CategoryShape = z
  .object({
    id: IdShape,
    slug: z.string().meta({ example: 'coffee-espresso' }),
    name: z.string().meta({ example: 'Cà phê' }),
    description: z.string().nullable(),
    position: z.int(),
    products: z.int().meta({ description: 'How many are on the shelf.', example: 14 }),
  })
  .meta({ id: 'Category' });

export const BrandShape = z
  .object({
    id: IdShape,
    slug: z.string().meta({ example: 'trung-nguyen' }),
    name: z.string().meta({ example: 'Trung Nguyên' }),
    description: z.string().nullable(),
    products: z.int().meta({ description: 'How many are on the shelf.', example: 5 }),
  })
  .meta({ id: 'Brand' });
