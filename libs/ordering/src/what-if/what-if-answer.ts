import { z } from 'zod';
import { OrderAnswer } from '../view-order/order-answer';

const SagaRequest = z.object({
  heard: z
    .string()
    .meta({ description: 'The message that made the saga send this request.', example: 'ordering.order-placed.v1' }),
  type: z.string().meta({ example: 'inventory.reserve-stock.v1' }),
  body: z.record(z.string(), z.unknown()).meta({ description: 'Personal values stay sealed.' }),
});

const SagaRun = z.object({
  step: z.string().meta({ description: 'The last step of the saga.', example: 'confirmed' }),
  asks: z.array(SagaRequest).meta({ description: 'All requests that the saga sends in this run.' }),
});

const SagaComparison = z.object({ actual: SagaRun, whatIf: SagaRun, differs: z.boolean() });

export const WhatIfAnswer = z
  .object({
    actual: OrderAnswer,
    whatIf: OrderAnswer.nullable().meta({ description: 'Null if there would be no order.' }),
    changes: z
      .array(z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() }))
      .meta({ description: 'The differences from `actual` to `whatIf`.' }),
    process: z.object({ checkout: SagaComparison, refunds: SagaComparison }),
    notes: z.array(z.string()).meta({ description: 'Limits of this result.' }),
  })
  .meta({ id: 'WhatIf' });
