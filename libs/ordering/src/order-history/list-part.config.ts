import { z } from 'zod';
import { answer, WholeNumber, type Answer, type AnswerOptions } from '#platform/http';
import { MAX_ENTRIES, type ListPart } from './list-part';

export class ListPartQuery {
  @WholeNumber({
    ...{ min: 0, max: 10_000_000, default: 0, example: 0 },
    description: `How many entries to skip: send \`meta.nextAfter\` of the previous answer. One answer has up to ${MAX_ENTRIES} entries.`,
  })
  after: number = 0;
}

export const ListPartMeta = z.object({
  nextAfter: z.int().nullable().optional().meta({ description: 'Where the next entries begin; null at the end.' }),
  hasMore: z.boolean().optional(),
});

/** The response with one part of a list, and where the next part begins. */
export const answerPart = ({ entries, nextAfter }: ListPart<unknown>, options: AnswerOptions = {}): Answer =>
  answer(entries, { ...options, meta: { ...options.meta, nextAfter, hasMore: nextAfter !== null } });
