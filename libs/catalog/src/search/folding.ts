/** Text as it is searched: no case, no accents, đ as d. Composed and decomposed spellings come out the same. */
export const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .normalize('NFC');

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** The folded words of a text, in its order; what is neither letter nor digit parts them. */
export const foldedWords = (text: string): string[] =>
  (text.match(WORD) ?? []).map(fold).filter((word) => word.length > 0);

/** A query as all its spellings are: what reads alike is looked for, and kept, once. */
export const foldedQuery = (query: string): string => foldedWords(query).join(' ');

export interface FoundWord {
  readonly start: number;
  readonly end: number;
  readonly folded: string;
}

/** The words of the original text with where they stand in it. */
export function* wordsIn(text: string): Generator<FoundWord> {
  for (const { 0: word, index } of text.matchAll(WORD)) {
    yield { start: index, end: index + word.length, folded: fold(word) };
  }
}
