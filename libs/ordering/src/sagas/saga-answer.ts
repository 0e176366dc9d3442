import { z } from 'zod';
import { IdShape, InstantShape } from '#kernel';

export const SagaAnswer = z
  .object({
    id: z.string().meta({ example: 'checkout:019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' }),
    name: z.enum(['checkout', 'refunds']),
    orderId: IdShape,
    definition: z.int().meta({ description: 'The version of the definition that it began with, and ends with.' }),
    state: z.enum(['running', 'needs-attention', 'over']),
    step: z.string().meta({ example: 'voiding' }),
    since: InstantShape.meta({ description: 'Since when it stands at this step.' }),
    waitingFor: z.string().nullable().meta({ example: 'payments to give the money back' }),
    asked: z.int().meta({ description: "How often the step's request was sent again for want of an answer." }),
    needsAttention: z.boolean(),
    attention: z.string().nullable().meta({ description: 'Why somebody has to look.' }),
    version: z.int().meta({ description: 'How many messages it has heard.' }),
    startedAt: InstantShape,
    changedAt: InstantShape,
  })
  .meta({ id: 'Saga' });

const Asked = z.object({ type: z.string(), messageId: IdShape, idempotencyKey: z.string().nullable() });
const TimerShape = z.object({ name: z.string(), dueAt: InstantShape.nullable() });

export const JournalLineAnswer = z
  .object({
    version: z.int(),
    at: InstantShape.meta({ description: 'When it was heard.' }),
    happenedAt: InstantShape.nullable().meta({ description: 'When what it tells of happened.' }),
    heard: z.string().meta({ example: 'payments.payment-voided.v1' }),
    messageId: IdShape,
    attempts: z.int().meta({ description: 'How often the message was tried until it was heard.' }),
    note: z.string().meta({ example: 'payment voided, 0 given back' }),
    asked: z.array(Asked),
    timers: z.array(TimerShape).meta({ description: 'Timers set; cancelled where they are due never.' }),
    fired: z
      .object({ name: z.string(), dueAt: InstantShape })
      .nullable()
      .meta({ description: 'The timer that the message was.' }),
    instance: z.int().nullable().meta({ description: 'Which instance of the shop took the step.' }),
    takeover: z.boolean().meta({ description: 'Another instance had taken the step before.' }),
  })
  .meta({ id: 'SagaJournalLine' });

const OpenMessage = z
  .object({
    id: z.string().meta({ example: 'payments-123', description: 'As among the dead letters.' }),
    context: z.string(),
    handler: z.string(),
    messageId: IdShape,
    type: z.string(),
    state: z.enum(['waiting', 'dead']),
    attempts: z.int(),
    nextAt: InstantShape.nullable().meta({ description: 'When it is tried next; null behind a dead one.' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'OpenMessage' });

export const ViewedSagaAnswer = SagaAnswer.extend({
  data: z.record(z.string(), z.unknown()).meta({ description: 'Its state; personal values are sealed.' }),
  journal: z.array(JournalLineAnswer),
  timers: z.array(TimerShape).meta({ description: 'Timers that are set now.' }),
  messages: z.array(OpenMessage).meta({ description: 'Messages to it, and requests of its, not handled yet.' }),
}).meta({ id: 'ViewedSaga' });
