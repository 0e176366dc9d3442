/**
 * The form of a text that is used for searching: lower case, without accents, and d instead of đ. Composed and
 * decomposed Unicode give the same result.
 */
export const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .normalize('NFC');

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** The folded words of a text, in order. Words consist of letters and digits; other characters separate them. */
export const foldedWords = (text: string): string[] =>
  (text.match(WORD) ?? []).map(fold).filter((word) => word.length > 0);

/** A query in its normal form. Queries with the same normal form share a cached response. */
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
