import { z } from 'zod';
import { IdShape, InstantShape } from '#kernel';
import { erasureParts } from './erasure';

export const ErasureAnswer = z
  .object({
    id: IdShape,
    subject: IdShape.meta({ description: 'The id of the account, or of the order of a guest.' }),
    kind: z.enum(['customer', 'guest']),
    state: z.enum(['under-way', 'done']),
    askedAt: InstantShape,
    doneAt: InstantShape.nullable(),
    contexts: z.array(z.object({ name: z.enum(erasureParts), done: z.boolean(), at: InstantShape.nullable() })),
  })
  .meta({ id: 'Erasure' });
