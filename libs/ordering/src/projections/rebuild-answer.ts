import { IdShape, InstantShape, MoneyShape } from '#kernel';
import { z } from 'zod';
import { Change } from './projection-answer';

export const RebuildAnswer = z
  .object({
    id: IdShape,
    projection: z.string(),
    version: z.int(),
    state: z.enum([
      ...(['preparing', 'replaying', 'catching-up', 'comparing', 'ready'] as const),
      ...(['live', 'paused', 'cancelled', 'failed', 'rolled-back'] as const),
    ]),
    goLive: z.enum(['manual', 'auto']),
    orders: z.array(IdShape).nullable().meta({ description: 'The orders that are rebuilt. Null means all.' }),
    done: z.int().meta({ description: 'How many events have been processed. `done` and `total` never decrease.' }),
    total: z.int(),
    percent: z.int(),
    ratePerSecond: z.int(),
    secondsLeft: z.int().nullable(),
    throttled: z.boolean().meta({
      description: 'True while the rebuild is slowed down, because an event waits longer than REBUILD_YIELD_MS.',
    }),
    setAside: z.int().meta({ description: 'How many orders the reducer could not use.' }),
    rollingBack: z
      .boolean()
      .meta({ description: 'True while a rollback is running: the kept table is brought up to date.' }),
    error: z.string().nullable(),
    askedBy: z
      .string()
      .nullable()
      .meta({ description: 'The id of the user who requested the rebuild, or `command line`.' }),
    askedAt: InstantShape,
    changedAt: InstantShape,
  })
  .meta({ id: 'Rebuild' });

const ComparedRow = z.object({
  position: z.int(),
  version: z.int(),
  columns: z.record(z.string(), z.unknown()),
  view: z.unknown().meta({ description: 'Personal values stay sealed.' }),
});

export const RebuildDiffAnswer = z
  .object({
    atPosition: z.int().meta({ description: 'Both tables are compared at this position.' }),
    compared: z.int(),
    added: z.int(),
    removed: z.int(),
    changed: z.int(),
    columns: z.array(
      z.object({
        name: z.string().meta({ example: 'view.order.lines[].quantity' }),
        changed: z.int().meta({ description: 'How many rows differ in this field.' }),
      }),
    ),
    money: z
      .array(z.object({ column: z.string(), before: MoneyShape, after: MoneyShape }))
      .meta({ description: 'Sums over all rows, by field.' }),
    sample: z
      .array(
        z.object({
          orderId: IdShape,
          firstEvent: z
            .object({ position: z.int(), version: z.int(), type: z.string(), changes: z.array(Change) })
            .nullable()
            .meta({
              description:
                'The first event after which the two reducers have different results. Null if their results are equal: then the live row differs from its own events.',
            }),
          before: ComparedRow.nullable(),
          after: ComparedRow.nullable(),
          changes: z.array(Change),
          moneyMoved: z.int(),
        }),
      )
      .meta({
        description:
          'The 20 orders with the largest differences: first by money, then by the number of changed fields.',
      }),
  })
  .meta({ id: 'RebuildDiff' });
