import { IdShape, InstantShape } from '#kernel';
import { z } from 'zod';

/** What every answer that is folded from a stream may refuse. */
export const BROKEN = { status: 409, code: 'EVENT_BROKEN', when: 'An event holds data that nothing can be made of.' };

/** An event as it is stored; personal values are shown as the ciphertext they are. */
export const EventAnswer = z
  .object({
    id: IdShape,
    position: z.int().nullable().meta({ description: 'Null until it is numbered, which takes milliseconds.' }),
    orderId: IdShape,
    version: z.int(),
    type: z.string().meta({ example: 'OrderPlaced' }),
    schemaVersion: z.int(),
    data: z.record(z.string(), z.unknown()),
    metadata: z.record(z.string(), z.unknown()),
    timestamp: InstantShape,
    hash: z.string().nullable().meta({ description: 'SHA-256 over this event and the hash before it.' }),
    unknown: z.literal(true).optional().meta({ description: 'A newer build wrote it, and this one cannot read it.' }),
  })
  .meta({ id: 'Event' });

export const StepAnswer = z
  .object({
    version: z.int(),
    at: InstantShape,
    code: z.string().meta({ example: 'OrderConfirmed' }),
    title: z.string().meta({ example: 'Your order is confirmed' }),
    detail: z.string().nullable().meta({ example: 'Paid 55.000 ₫' }),
  })
  .meta({ id: 'HistoryStep' });

export const DiffAnswer = z
  .object({
    orderId: IdShape,
    from: z.int(),
    to: z.int(),
    changes: z.array(z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
    events: z.array(z.object({ version: z.int(), type: z.string(), timestamp: InstantShape })),
  })
  .meta({ id: 'OrderDiff' });

export const sources = ['order', 'process', 'payment', 'stock', 'points', 'notification'] as const;

export const TimelineEntry = z
  .object({
    at: InstantShape,
    source: z.enum(sources),
    type: z.string().meta({ example: 'inventory.stock-reserved.v1' }),
    note: z.string().meta({ example: 'stock reserved' }),
    version: z.int().nullable().meta({ description: "The order's version, on its own events." }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' });

export const VerifyAnswer = z
  .object({
    valid: z.boolean(),
    checked: z.int().meta({ description: 'Events walked.' }),
    firstBadPosition: z.int().nullable().optional(),
    reason: z.string().optional(),
    finding: z.string().optional(),
    sealedThrough: z.int().optional().meta({ description: 'Vouched for by a signature up to this position.' }),
    waiting: z.int().optional().meta({ description: 'Committed and not numbered yet.' }),
  })
  .meta({ id: 'Verification' });
