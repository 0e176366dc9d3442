import { z } from 'zod';
import { IdShape, InstantShape } from '#kernel';
import type { Letter } from './inboxes';
import { letterId } from './letter-id';

export const DeadLetterAnswer = z
  .object({
    id: z.string().meta({
      example: 'ordering-123',
      description: 'The context of the dead letter, and its number in that context.',
    }),
    context: z.string().meta({ example: 'ordering' }),
    handler: z.string().meta({ example: 'checkout' }),
    messageId: IdShape,
    key: z
      .string()
      .meta({ description: 'Messages with the same key are handled one after the other. Usually the id of an order.' }),
    type: z.string().meta({ example: 'payments.payment-taken.v1' }),
    body: z.record(z.string(), z.unknown()).meta({ description: 'As it is stored: personal values are sealed.' }),
    source: z.string().nullable().meta({ description: 'The context that sent the message.' }),
    occurredAt: InstantShape.nullable(),
    receivedAt: InstantShape,
    attempts: z.int(),
    error: z.string().meta({ description: 'Why the last attempt failed.' }),
    followers: z.int().meta({ description: 'How many messages wait behind this one.' }),
  })
  .meta({ id: 'DeadLetter' });

export function showLetter(letter: Letter): z.infer<typeof DeadLetterAnswer> {
  const { context, seq, handler, messageId, key, type, body, meta, attempts, error, receivedAt, followers } = letter;
  return {
    ...{
      id: letterId({ context, seq }),
      context,
      handler,
      messageId,
      key,
      type,
      body: body as Record<string, unknown>,
    },
    ...{ source: meta.source ?? null, occurredAt: meta.occurredAt ?? null, receivedAt: receivedAt.toISOString() },
    ...{ attempts, error, followers },
  };
}

export const RedrivenAnswer = z
  .object({
    redriven: z.array(z.string()).meta({ example: ['ordering-123'] }),
    more: z.boolean().meta({ description: 'True if there may be more dead letters. Then repeat the request.' }),
  })
  .meta({ id: 'RedrivenLetters' });
