import { IdShape, InstantShape } from '#kernel';
import { z } from 'zod';

export const ProjectionAnswer = z
  .object({
    name: z.string().meta({ example: 'order-view' }),
    version: z.int().meta({ description: "The reducer's version that made the live table." }),
    position: z.int(),
    head: z.int().meta({ description: 'The last position of the log.' }),
    lag: z.int().meta({ description: 'How many events it is behind; 0 if it has all events.' }),
    lagSeconds: z
      .number()
      .meta({ description: 'The age of the first event that it does not contain; 0 if it has all events.' }),
    state: z.enum(['live', 'catching-up', 'stalled', 'failing']).meta({
      description:
        '`live`: it has all events, except perhaps those of the last two seconds. `catching-up`: it is behind and gets closer. ' +
        '`stalled`: it is behind and has not moved for ten seconds. `failing`: its last batch could not be written, see `error`.',
    }),
    ratePerSecond: z.int(),
    setAside: z.int().meta({ description: 'Orders that it could not fold. They keep their last good row.' }),
    drift: z.int().meta({ description: 'Rows that differ from their events, found by the background check.' }),
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
    position: z.int().meta({ description: 'The position of the event that it could not fold.' }),
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
        checked: z.int().meta({ description: 'Rows compared with their events so far.' }),
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
      .meta({ description: 'The open ones first; at most 100.' }),
  })
  .meta({ id: 'Drift' });

export const KeptDroppedAnswer = z
  .object({
    projection: z.string(),
    dropped: z.array(z.string()).meta({ description: 'The tables that were dropped.' }),
  })
  .meta({ id: 'KeptDropped' });
