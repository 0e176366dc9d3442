import { closeWords } from './close-words';
import { foldedWords } from '../model/folding';

/** One word of a query, as it is searched: any of these words, or any word that begins with one of them. */
export interface Term {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** Further words are ignored: nobody types so many, and each one costs. */
const MOST_WORDS = 8;
/** How many other words a word may stand for if nothing else helps. */
const LOOSELY = 25;

/**
 * Every word in the shelf's texts. It decides how the words of a query are read, so that each adapter reads them
 * alike.
 */
export class Vocabulary {
  private readonly known: ReadonlySet<string>;
  private readonly sorted: readonly string[];

  constructor(words: readonly string[]) {
    this.known = new Set(words);
    this.sorted = [...this.known].sort();
  }

  /** A known word means itself. A word that begins a known word is being typed. Any other word is misspelt. */
  read(query: string): Term[] {
    return [...new Set(foldedWords(query))].slice(0, MOST_WORDS).map((word) => {
      if (this.known.has(word)) return { words: [word], prefix: false };
      if (this.begins(word)) return { words: [word], prefix: true };
      const close = closeWords(word, this.known);
      return { words: close.length > 0 ? close : [word], prefix: false };
    });
  }

  /** For a query that found nothing: a misspelt word may happen to be another known word. */
  readLoosely(query: string): Term[] {
    return this.read(query).map(({ words, prefix }) => ({
      words: [...new Set(words.flatMap((word) => [word, ...closeWords(word, this.known, LOOSELY)]))],
      prefix,
    }));
  }

  /** As `read`, while the last word is still being typed. */
  readTyping(query: string): Term[] {
    const terms = this.read(query);
    const last = terms.at(-1);
    return last ? [...terms.slice(0, -1), { ...last, prefix: true }] : terms;
  }

  private begins(prefix: string): boolean {
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
