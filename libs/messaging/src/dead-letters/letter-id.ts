import { NotFound } from '#kernel';
import { contextNames, type ContextName } from '#platform/config';

export interface LetterAddress {
  readonly context: ContextName;
  readonly seq: number;
}

const LETTER_ID = /^([a-z]+)-([1-9]\d{0,15})$/;

/**
 * The id of a dead letter: the context of its inbox, and its number in that inbox. The id never changes.
 */
export const letterId = ({ context, seq }: LetterAddress): string => `${context}-${seq}`;

export function parseLetterId(id: string): LetterAddress | undefined {
  const [, context, seq] = LETTER_ID.exec(id) ?? [];
  const known = contextNames.find((name) => name === context);
  return known && { context: known, seq: Number(seq) };
}

export class LetterNotFound extends NotFound {
  constructor() {
    super('dead letter');
  }
}
