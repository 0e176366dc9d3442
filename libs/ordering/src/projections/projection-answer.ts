import { IdShape, InstantShape } from '#kernel';
import { z } from 'zod';

export const ProjectionAnswer = z
  .object({
    name: z.string().meta({ example: 'order-view' }),
    version: z.int().meta({ description: "The reducer's version that made the live table." }),
    position: z.int(),
    head: z.int().meta({ description: 'The last position of the log.' }),
    lag: z.int().meta({ description: 'Events it is behind; 0 when idle.' }),
    state: z.enum(['live']),
    ratePerSecond: z.int(),
    setAside: z.int().meta({ description: 'Orders whose events it could not digest; they keep their last good row.' }),
  })
  .meta({ id: 'Projection' });

export const rebuildStates = [
  'preparing',
  'replaying',
  'catching-up',
  'comparing',
  'ready',
  'live',
  'paused',
  'cancelled',
  'failed',
  'rolled-back',
] as const;

export const RebuildAnswer = z
  .object({
    id: IdShape,
    projection: z.string(),
    version: z.int(),
    state: z.enum(rebuildStates),
    goLive: z.enum(['manual', 'auto']),
    orders: z.array(IdShape).nullable().meta({ description: 'Only these orders; null is all.' }),
    done: z.int(),
    total: z.int(),
    percent: z.int(),
    ratePerSecond: z.int(),
    secondsLeft: z.int().nullable(),
    error: z.string().nullable(),
    askedAt: InstantShape,
    changedAt: InstantShape,
  })
  .meta({ id: 'Rebuild' });
