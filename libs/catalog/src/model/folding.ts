/**
 * Text in the form in which it is searched: no case, no accents, đ as d. Composed and decomposed spellings give the
 * same.
 */
export const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .normalize('NFC');

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** The folded words of a text, in order. All characters but letters and digits separate words. */
export const foldedWords = (text: string): string[] =>
  (text.match(WORD) ?? []).map(fold).filter((word) => word.length > 0);

/** A query in its normal form. Queries that read alike are searched and cached once. */
export const foldedQuery = (query: string): string => foldedWords(query).join(' ');

export interface FoundWord {
  readonly start: number;
  readonly end: number;
  readonly folded: string;
}

/** The words of the original text, with their positions. */
export function* wordsIn(text: string): Generator<FoundWord> {
  for (const { 0: word, index } of text.matchAll(WORD)) {
    yield { start: index, end: index + word.length, folded: fold(word) };
  }
}
