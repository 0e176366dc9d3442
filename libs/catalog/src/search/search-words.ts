import { foldedWords } from '../model/folding';
import { withSynonyms } from './synonyms';

export interface Searchable {
  readonly names: readonly string[];
  /** The names of category and brand, and the SKU. */
  readonly labels: readonly string[];
  readonly texts: readonly string[];
}
/** The folded words of a product: the words in its names, the words in its labels, and all its words. */
export interface SearchWords {
  readonly name: readonly string[];
  readonly label: readonly string[];
  readonly all: readonly string[];
}

const wordsOf = (texts: readonly string[]): string[] => [
  ...new Set(texts.flatMap((text) => withSynonyms(foldedWords(text)))),
];

export function searchWords({ names, labels, texts }: Searchable): SearchWords {
  const name = wordsOf(names);
  const label = wordsOf(labels);
  return { name, label, all: [...new Set([...name, ...label, ...wordsOf(texts)])] };
}
