import { IdShape, InstantShape } from '#kernel';
import { z } from 'zod';

export const ProjectionAnswer = z
  .object({
    name: z.string().meta({ example: 'order-view' }),
    version: z.int().meta({ description: 'The version of the reducer that made the live table.' }),
    position: z.int(),
    head: z.int().meta({ description: 'The last position of the log.' }),
    lag: z.int().meta({ description: 'How many events the read model does not contain yet.' }),
    lagSeconds: z.number().meta({
      description: 'The age of the first event that the read model does not contain yet; 0 if it has all events.',
    }),
    state: z.enum(['live', 'catching-up', 'stalled', 'failing']).meta({
      description:
        '`live`: the read model has all events, except perhaps those of the last two seconds. `catching-up`: older events are ' +
        'missing, and it is reading them. `stalled`: older events are missing, and it has read none for ten seconds. `failing`: ' +
        'its last batch could not be written; see `error`.',
    }),
    ratePerSecond: z.int(),
    setAside: z.int().meta({
      description:
        'How many orders are set aside, because the read model could not use their events. They keep their last good row.',
    }),
    drift: z.int().meta({ description: 'How many rows differ from their events, according to the background check.' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'Projection' });

export const Change = z.object({
  path: z.string().meta({ example: 'view.order.status' }),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

export const AsideOrderAnswer = z
  .object({
    orderId: IdShape,
    position: z.int().meta({ description: 'The position of the event that the read model could not use.' }),
    eventId: IdShape,
    error: z.string(),
    since: InstantShape,
  })
  .meta({ id: 'AsideOrder' });

export const SetAsideAnswer = z
  .object({ projection: z.string(), orders: z.array(AsideOrderAnswer).meta({ description: 'At most 1,000.' }) })
  .meta({ id: 'SetAside' });

export const RetriedAnswer = z
  .object({
    orderId: IdShape,
    digested: z
      .boolean()
      .meta({ description: 'Whether the order is in the read model again. If not, it stays set aside.' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'RetriedOrder' });

export const DriftAnswer = z
  .object({
    walks: z.array(
      z.object({
        projection: z.string(),
        checked: z.int().meta({ description: 'How many rows have been compared with their events so far.' }),
        rounds: z.int().meta({ description: 'How often all rows have been compared.' }),
        at: InstantShape,
      }),
    ),
    findings: z
      .array(
        z.object({
          projection: z.string(),
          version: z.int(),
          orderId: IdShape,
          kind: z.enum(['changed', 'missing', 'extra']),
          position: z.int().meta({ description: 'The position at which the row and its events were compared.' }),
          fields: z.array(z.string()),
          foundAt: InstantShape,
          healedAt: InstantShape.nullable(),
        }),
      )
      .meta({ description: 'At most 100. Open findings come first.' }),
  })
  .meta({ id: 'Drift' });

export const KeptDroppedAnswer = z
  .object({
    projection: z.string(),
    dropped: z.array(z.string()).meta({ description: 'The tables that were dropped.' }),
  })
  .meta({ id: 'KeptDropped' });
