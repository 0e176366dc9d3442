import { z } from 'zod';
import { IdShape, InstantShape } from '#kernel';
import { orderStatuses } from '#contracts/ordering';

export const SagaAnswer = z
  .object({
    id: z.string().meta({ example: 'checkout:019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' }),
    name: z.enum(['checkout', 'refunds']),
    orderId: IdShape,
    definition: z.int().meta({
      description: 'The version of the definition with which the saga began. The saga also ends with this version.',
    }),
    state: z.enum(['running', 'needs-attention', 'over']),
    step: z.string().meta({ example: 'voiding' }),
    since: InstantShape.meta({ description: 'When the saga reached this step.' }),
    waitingFor: z.string().nullable().meta({ example: 'payments to give the money back' }),
    asked: z.int().meta({ description: "How often the step's request was sent again, because no answer came." }),
    needsAttention: z.boolean(),
    attention: z.string().nullable().meta({ description: 'Why staff must look at the saga.' }),
    version: z.int().meta({ description: 'How many messages the saga has handled.' }),
    startedAt: InstantShape,
    changedAt: InstantShape,
  })
  .meta({ id: 'Saga' });

export const ComparedOrderAnswer = z
  .object({
    orderId: IdShape,
    status: z.enum(orderStatuses).meta({ description: 'The status of the order according to its stream.' }),
    sagas: z
      .array(
        z.object({
          id: z.string().meta({ example: 'checkout:019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' }),
          step: z.string().meta({ example: 'confirming' }),
          becomes: z.string().meta({ example: 'voiding', description: 'The step after the comparison.' }),
          note: z.string().meta({ example: 'cancellation requested' }),
          requests: z.array(z.string()).meta({
            example: ['payments.void-payment.v1'],
            description: 'The requests that the saga then sends. A repeated request does nothing twice.',
          }),
        }),
      )
      .meta({ description: 'What the comparison would do now with each saga.' }),
    deadLetters: z.array(z.string()).meta({
      example: [],
      description: "The order's dead letters. The comparison may wait until they are redriven or dropped.",
    }),
  })
  .meta({ id: 'ComparedOrder' });

const Asked = z.object({ type: z.string(), messageId: IdShape, idempotencyKey: z.string().nullable() });
const TimerShape = z.object({ name: z.string(), dueAt: InstantShape.nullable() });

export const JournalLineAnswer = z
  .object({
    version: z.int(),
    at: InstantShape.meta({ description: 'When the message was handled.' }),
    happenedAt: InstantShape.nullable().meta({ description: 'When the event happened that the message reports.' }),
    heard: z.string().meta({ example: 'payments.payment-voided.v1' }),
    messageId: IdShape,
    attempts: z.int().meta({ description: 'How many attempts were needed to handle the message.' }),
    note: z.string().meta({ example: 'payment voided, 0 given back' }),
    asked: z.array(Asked),
    timers: z
      .array(TimerShape)
      .meta({ description: 'Timers that were set. `dueAt` is null if the timer was cancelled.' }),
    fired: z
      .object({ name: z.string(), dueAt: InstantShape })
      .nullable()
      .meta({ description: 'The timer that sent this message.' }),
    instance: z.int().nullable().meta({ description: 'The instance of the shop that handled the message.' }),
    takeover: z.boolean().meta({ description: 'Whether another instance handled the previous step.' }),
  })
  .meta({ id: 'SagaJournalLine' });

const OpenMessage = z
  .object({
    id: z.string().meta({ example: 'payments-123', description: 'The same id as in the list of dead letters.' }),
    context: z.string(),
    handler: z.string(),
    messageId: IdShape,
    type: z.string(),
    state: z.enum(['waiting', 'dead']),
    attempts: z.int(),
    nextAt: InstantShape.nullable().meta({
      description: 'When the message is tried next. Null if it waits for a dead letter.',
    }),
    error: z.string().nullable(),
  })
  .meta({ id: 'OpenMessage' });

export const ViewedSagaAnswer = SagaAnswer.extend({
  data: z.record(z.string(), z.unknown()).meta({ description: 'The state of the saga. Personal values are sealed.' }),
  journal: z.array(JournalLineAnswer),
  timers: z.array(TimerShape).meta({ description: 'Timers that are set now.' }),
  messages: z
    .array(OpenMessage)
    .meta({ description: 'Messages to the saga, and requests of the saga, that are not handled yet.' }),
}).meta({ id: 'ViewedSaga' });
