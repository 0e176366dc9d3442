import { z } from 'zod';

import { IdShape, InstantShape } from '#kernel';

const shared = {
  id: IdShape,
  slug: z.string().meta({ example: 'coffee-espresso' }),
  name: z.string().meta({ example: 'Cà phê' }),
  description: z.string().nullable(),
  version: z.int().meta({ description: 'The ETag begins with it.', example: 1 }),
  createdAt: InstantShape,
  updatedAt: InstantShape,
};
export const ArrangedCategoryShape = z
  .object({ ...shared, nameEn: z.string().nullable(), position: z.int() })
  .meta({ id: 'ArrangedCategory' });
export const ArrangedBrandShape = z.object(shared).meta({ id: 'ArrangedBrand' });
