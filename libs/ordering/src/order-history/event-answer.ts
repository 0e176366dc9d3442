import { IdShape, InstantShape } from '#kernel';
import { z } from 'zod';
import { EVENT_BROKEN } from '../view-order/order-answer';

export { EVENT_BROKEN };

/** The order exists, but has not reached the requested version. */
export const VERSION_NOT_THERE = {
  status: 404,
  code: 'VERSION_NOT_THERE',
  when: 'The order has not reached this version. `details` has the current version.',
};

/** The refusal of routes that need the whole stream of an order. */
export const ORDER_TOO_LONG = {
  status: 422,
  code: 'ORDER_TOO_LONG',
  when: 'The order has more events than this operation can handle.',
};

/** The order exists, but did not exist at the requested time. */
export const NOT_PLACED_YET = {
  status: 404,
  code: 'NOT_PLACED_YET',
  when: 'The order was placed after this instant. `details` says when.',
};

/** An event as it is stored. Personal values are shown as ciphertext. */
export const EventAnswer = z
  .object({
    id: IdShape,
    position: z
      .int()
      .nullable()
      .meta({ description: 'Null until the event gets its position, usually within milliseconds.' }),
    orderId: IdShape,
    version: z.int(),
    type: z.string().meta({ example: 'OrderPlaced' }),
    schemaVersion: z.int(),
    data: z.record(z.string(), z.unknown()),
    metadata: z.record(z.string(), z.unknown()),
    timestamp: InstantShape,
    hash: z
      .string()
      .nullable()
      .meta({ description: 'SHA-256 over this event and the hash of the previous event in the log.' }),
    canonical: z
      .array(z.string())
      .optional()
      .meta({ description: 'With `canonical=true`: what the hash covers, in order, as netstrings.' }),
    unknown: z
      .literal(true)
      .optional()
      .meta({ description: 'A newer build of the application wrote the event, and this build cannot read it.' }),
    broken: z.literal(true).optional().meta({ description: 'The data of the event does not match its type.' }),
    void: z
      .literal(true)
      .optional()
      .meta({ description: 'A later event declares this event void, so this event does not count.' }),
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
    version: z.int().nullable().meta({ description: 'For events of the order: the version. Otherwise null.' }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' });

const FindingAnswer = z
  .object({
    finding: z.string().meta({ example: 'altered' }),
    position: z.int().nullable(),
    orderId: z.string().nullable(),
    eventId: z.string().nullable(),
    reason: z.string(),
  })
  .meta({ id: 'VerificationFinding' });

const RemarkAnswer = z
  .object({
    number: z.int().meta({ description: 'The number of the record.' }),
    kind: z.enum(['adopted', 'restored', 'resealed', 'disowned']),
    at: InstantShape,
    who: z.string(),
    reason: z.string(),
    text: z.string(),
  })
  .meta({ id: 'SealRemark' });

export const VerifyAnswer = z
  .object({
    id: IdShape.meta({ description: 'The result is stored under this id.' }),
    valid: z.boolean(),
    checked: z.int().meta({ description: 'How many events were checked.' }),
    firstBadPosition: z.int().nullable().optional(),
    reason: z.string().optional(),
    finding: z.string().optional(),
    findings: z.array(FindingAnswer).optional().meta({ description: 'The first hundred faults.' }),
    found: z.int().optional().meta({ description: 'The number of all faults.' }),
    sealedThrough: z
      .int()
      .optional()
      .meta({
        description:
          'The position of the last seal that was checked. The signature of this seal covers the log up to this position. If ' +
          'only a part of the log was verified, this is the last seal that ends in this part, or else the last seal before ' +
          'the part, or else 0. The verification of a part does not say whether later events are sealed.',
      }),
    firstFormatThrough: z
      .int()
      .optional()
      .meta({ description: 'Events up to this position have no MAC, because an older build wrote them.' }),
    admitted: z
      .int()
      .optional()
      .meta({ description: 'How many later events have no MAC, because an older build wrote them.' }),
    admittedPositions: z
      .array(z.int())
      .optional()
      .meta({ description: 'The positions of the first hundred of these later events.' }),
    waiting: z.int().optional().meta({ description: 'How many committed events have no position yet.' }),
    voided: z.int().optional().meta({ description: 'How many events declare another event void.' }),
    remarks: z.array(RemarkAnswer).optional().meta({
      description:
        'Signed records of restored backups, new seals, and starts without the remembered seal. They are always reported.',
    }),
  })
  .meta({ id: 'Verification' });

export const VerificationRunAnswer = z
  .object({
    id: IdShape,
    state: z.enum(['running', 'done', 'stopped']),
    cause: z.enum(['asked', 'nightly', 'tail']),
    from: z.int(),
    to: z.int().nullable().meta({ description: 'Null if the range ends at the end of the log.' }),
    checked: z.int().meta({ description: 'The position that the verification has reached.' }),
    last: z.int().nullable().meta({ description: 'The last position of the range. Null while it is not known.' }),
    startedAt: InstantShape,
    result: VerifyAnswer.nullable(),
  })
  .meta({ id: 'VerificationRun' });
