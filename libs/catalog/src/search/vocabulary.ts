import { closeWords } from './close-words';
import { foldedWords } from '../model/folding';

/**
 * The known words that are searched for one word of a query. If `prefix` is true, longer words that begin with one of
 * these words match too.
 */
export interface Term {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** Only the first words of a query are searched, to keep searches fast. */
const MAX_WORDS = 8;
/** If the exact words find nothing: how many similar words are searched for each word of the query. */
const SIMILAR_WORDS = 25;

/**
 * All words in the shelf's texts. The vocabulary turns a query into terms, so all search adapters get the same terms.
 */
export class Vocabulary {
  private readonly known: ReadonlySet<string>;
  private readonly sorted: readonly string[];

  constructor(words: readonly string[]) {
    this.known = new Set(words);
    this.sorted = [...this.known].sort();
  }

  /**
   * A known word is searched as it is. The beginning of a known word is a prefix. Any other word is treated as
   * misspelt.
   */
  read(query: string): Term[] {
    return [...new Set(foldedWords(query))].slice(0, MAX_WORDS).map((word) => {
      if (this.known.has(word)) return { words: [word], prefix: false };
      if (this.hasPrefix(word)) return { words: [word], prefix: true };
      const close = closeWords(word, this.known);
      return { words: close.length > 0 ? close : [word], prefix: false };
    });
  }

  /** For a query that found nothing: adds similar words, because a misspelt word can be equal to another known word. */
  readLoosely(query: string): Term[] {
    return this.read(query).map(({ words, prefix }) => ({
      words: [...new Set(words.flatMap((word) => [word, ...closeWords(word, this.known, SIMILAR_WORDS)]))],
      prefix,
    }));
  }

  /** Like `read`, but the last word is a prefix, because the customer is still typing this word. */
  readTyping(query: string): Term[] {
    const terms = this.read(query);
    const last = terms.at(-1);
    return last ? [...terms.slice(0, -1), { ...last, prefix: true }] : terms;
  }

  private hasPrefix(prefix: string): boolean {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle] < prefix) low = middle + 1;
      else high = middle;
    }
    return this.sorted[low]?.startsWith(prefix) ?? false;
  }
}
