import { z } from 'zod';
import { OrderAnswer } from '../view-order/order-answer';

const AskedAnswer = z.object({
  heard: z.string().meta({ description: 'On hearing this.', example: 'ordering.order-placed.v1' }),
  type: z.string().meta({ example: 'inventory.reserve-stock.v1' }),
  body: z.record(z.string(), z.unknown()).meta({ description: 'Personal values stay sealed.' }),
});

const SagaRun = z.object({
  step: z.string().meta({ description: 'Where the saga would stand.', example: 'confirmed' }),
  asks: z.array(AskedAnswer).meta({ description: 'All that it would have asked on the way.' }),
});

const SagaComparison = z.object({ actual: SagaRun, whatIf: SagaRun, differs: z.boolean() });

export const WhatIfAnswer = z
  .object({
    actual: OrderAnswer,
    whatIf: OrderAnswer.nullable().meta({ description: 'Null: there would be no order.' }),
    changes: z
      .array(z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() }))
      .meta({ description: 'From the order as it is to the order as it would be.' }),
    process: z.object({ checkout: SagaComparison, refunds: SagaComparison }),
    notes: z.array(z.string()).meta({ description: 'What to bear in mind.' }),
  })
  .meta({ id: 'WhatIf' });
